/** Which payment a request is about: what every log line of it says. */
import type { Caller } from '../payments/answer.ts'

/** At the beginning of a payment, or of an error, before its details: nothing that a caller wrote comes earlier. */
const IN_BODY = /^\{(?:"code":"[A-Z_]+","message":"[^"\\{]*","requestId":"[^"\\]*",)?"paymentId":"(pay_[0-9A-Z]{26})"/

/** Undefined when there is none, or none yet. The id of a path that was refused is not used. */
export const paymentIdOf = (
  { path, caller }: { path?: { paymentId?: string }; caller?: Caller },
  body?: string,
): string | undefined => path?.paymentId ?? caller?.paymentId ?? IN_BODY.exec(body ?? '')?.[1]
