// Error numbers of illumos, whatever system this runs on (spec 05 §1).

/** The error numbers that the ioctl protocol uses. Several differ from those of Linux. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  ENXIO: 6,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ENFILE: 23,
  ENOTTY: 25,
  ENOMSG: 35,
  ENOTSUP: 48,
  EPROTO: 71,
  ENOBUFS: 132,
} as const;
