// Cancellation of a call.

/** What a call asks of an `AbortSignal`, which is one; a page's, a worker's or Node's. */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The outcome of `pending`, unless `signal` is raised first; then what `onAbort` makes of its reason is thrown. */
export async function unlessAborted<T>(
  pending: Promise<T>,
  signal: CancelSignal | undefined,
  onAbort: (reason: unknown) => Error,
): Promise<T> {
  if (signal === undefined) return pending;
  let stopListening = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const listener = (): void => {
      reject(onAbort(signal.reason));
    };
    stopListening = (): void => {
      signal.removeEventListener("abort", listener);
    };
    signal.addEventListener("abort", listener, { once: true });
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    stopListening();
  }
}
