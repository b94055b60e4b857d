/**
 * Takes out of log lines what must not stand there: logins, idempotency keys, payment methods, mail addresses, card numbers.
 * Fields are known by their names, texts by their form.
 */
import { stdSerializers } from 'pino'

const MASK = '***'
/** Deeper objects are left out. */
const DEPTH_MAX = 8
/** Longer texts are cut. */
const CHARACTERS_MAX = 8_000

/** Names without case, `-` and `_`. */
const secretNames = new Set([
  'answerkey',
  'apikey',
  'authorization',
  'canonicalrequest',
  'cardnumber',
  'cookie',
  'databaseurl',
  'email',
  'idempotencykey',
  'kafkasaslpassword',
  'password',
  'paymentmethod',
  'proxyauthorization',
  'redisurl',
  'secret',
  'setcookie',
  'token',
  'xapikey',
  'xconsolesecret',
])

/** Each with what stands in the place of a match. The database quotes values in its errors: of a row that exists, of a statement. */
const rules: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s'"<>]{0,500}@/gi, `$1${MASK}@`],
  [/(Duplicate entry ')[\s\S]*?(' for key)/g, `$1${MASK}$2`],
  [/(\bnear ')[\s\S]*?(' at line)/g, `$1${MASK}$2`],
  [/(\bvalue:? ')[\s\S]*?(' (?:for|at) )/gi, `$1${MASK}$2`],
  [
    /(\b(?:authorization|cookie|idempotency-?key|x-api-key|x-console-secret)\\?["']?\s*[:=]\s*\\?["']?)[^"'\\\r\n]+/gi,
    `$1${MASK}`,
  ],
  [/(\b(?:password|passwd|secret|token|payment_?method)\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\&,;}]+/gi, `$1${MASK}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${MASK}`],
  [/\btok_\w+/g, `tok_${MASK}`],
  [/\b(op[klsx]_)[\w-]+/g, `$1${MASK}`],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, `${MASK}@${MASK}`],
]
const CARD = /(?<![\w.])\d(?:[ -]?\d){13,18}(?![\w.])/g
/** None of the rules finds anything in a text without one of these. Most texts are ids. */
const SUSPICIOUS = /[@:='\s]|tok_|op[klsx]_|\d(?:-?\d){13}/

/** The same fields without secrets. Errors become objects, with their causes in message and stack. */
export function maskFields(fields: Record<string, unknown>): Record<string, unknown> {
  return maskMembers(fields, 0)
}

export function maskText(text: string): string {
  if (!SUSPICIOUS.test(text)) return text
  const cut = text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text
  const masked = rules.reduce((before, [pattern, mask]) => before.replace(pattern, mask), cut)
  return masked.replace(CARD, digits => (isCardNumber(digits) ? MASK : digits))
}

function maskMembers(members: object, depth: number): Record<string, unknown> {
  const masked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) masked[name] = maskMember(name, value, depth)
  return masked
}

function maskMember(name: string, value: unknown, depth: number): unknown {
  if (value == null || typeof value === 'number' || typeof value === 'boolean') return value
  if (isSecretName(name)) return MASK
  if (name === 'sql' && typeof value === 'string') return withoutValues(value)
  return maskValue(value, depth + 1)
}

function maskValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return maskText(value)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  if (depth > DEPTH_MAX) return '…'
  if (value instanceof Error) return maskMembers(stdSerializers.err(value), depth)
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  return Array.isArray(value) ? value.map(item => maskValue(item, depth + 1)) : maskMembers(value, depth)
}

const isSecretName = (name: string): boolean => secretNames.has(name.replace(/[-_]/g, '').toLowerCase())

/** A statement without its literals. */
const withoutValues = (sql: string): string =>
  sql.slice(0, CHARACTERS_MAX).replace(/'(?:[^'\\]|\\.|'')*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|\b\d+\b/g, '?')

/** By its check digit: other long numbers stay. */
function isCardNumber(text: string): boolean {
  const digits = text.replace(/\D/g, '').split('').reverse().map(Number)
  const sum = digits.reduce(
    (total, digit, index) => total + (index % 2 === 0 ? digit : (digit * 2) % 9 || (digit && 9)),
    0,
  )
  return sum % 10 === 0
}
