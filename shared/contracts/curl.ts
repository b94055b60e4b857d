/** What the commands of several routes share. */
import type { PaymentStatus, RequestedKind } from './lists.ts'

/** Where `npm start` serves the API. */
export const LOCAL_ORIGIN = 'http://127.0.0.1:8080'

/** Finds the newest payment of a status: the line before a command that says `$PAYMENT_ID`. */
export const newest = (status: PaymentStatus): string =>
  `PAYMENT_ID=$(curl -sS '${LOCAL_ORIGIN}/payments?status=${status}&limit=1' | grep -o 'pay_[0-9A-Z]*' | head -n 1)\n`

/** An operation on the newest payment of the status `from`. */
export const change = (operation: Exclude<RequestedKind, 'authorize'>, from: PaymentStatus, body: string): string =>
  `${newest(from)}curl -i -X POST "${LOCAL_ORIGIN}/payments/${operation}/$PAYMENT_ID" \\
  -H 'content-type: application/json' \\
  -H "idempotency-key: ${operation}-$PAYMENT_ID" \\
  -d '${body}'`

/** In the session that the command of `signIn` opens. `more`: of the body, beside key and reason. */
export const operatorWrites = (path: string, more = ''): string =>
  `KEY=console:0$(LC_ALL=C tr -dc '0-9A-HJKMNP-TV-Z' < /dev/urandom | head -c 25)
curl -i -X POST "${LOCAL_ORIGIN}/operator/${path}" -b console.cookies -H "x-console-secret: $SECRET" \\
  -H 'origin: ${LOCAL_ORIGIN}' \\
  -H 'content-type: application/json' \\
  -d "{\\"key\\":\\"$KEY\\",\\"reason\\":\\"ticket 4711\\"${more}}"`

/** Finds the newest settlement batch: the line before a command that says `$BATCH_ID`. */
export const newestBatch = (): string =>
  `BATCH_ID=$(curl -sS '${LOCAL_ORIGIN}/settlements?limit=1' | grep -o 'bat_[0-9A-Z]*' | head -n 1)\n`

/** As `newestBatch`, for `$FILE_ID`. */
export const newestReconFile = (): string =>
  `FILE_ID=$(curl -sS '${LOCAL_ORIGIN}/reconciliation/files?limit=1' | grep -o 'rcf_[0-9A-Z]*' | head -n 1)\n`

/** As `newestBatch`, for `$BREAK_ID`. */
export const newestBreak = (): string =>
  `BREAK_ID=$(curl -sS '${LOCAL_ORIGIN}/reconciliation/breaks?limit=1' | grep -o 'brk_[0-9A-Z]*' | head -n 1)\n`

/** As `newestBatch`, for `$DISPUTE_ID`. */
export const newestDispute = (): string =>
  `DISPUTE_ID=$(curl -sS '${LOCAL_ORIGIN}/disputes?limit=1' | grep -o 'dsp_[0-9A-Z]*' | head -n 1)\n`

/** Ends the command of a route of the console: the cookie and the second secret of whoever has signed in. */
export const AS_OPERATOR = ` -b console.cookies -H "x-console-secret: $SECRET"`
