// A fault that is the user's to put right: told in one message, without a stack.

export class UserError extends Error {
  override readonly name = "UserError";
}
