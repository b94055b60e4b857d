/** The request of an operation as a command for a shell: sent again under its own key, it is answered from the record. */
import type { OperationRecordView } from '../../../../shared/contracts/routes/get-operation.ts'

type SentRequest = NonNullable<OperationRecordView['request']>

/** Between single quotes a shell changes nothing; a single quote itself stands outside of them. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** `origin`: where the API is reached. The session of an operator is that of the documents' commands, and no secret stands in it. */
export function repeatCommand(origin: string, { method, path, key, body }: SentRequest): string {
  const isOperators = path.startsWith('/operator/')
  const lines = [
    `curl -i -X ${method} ${quoted(origin + path)}`,
    ...(isOperators
      ? ['-b console.cookies', '-H "x-console-secret: $SECRET"', `-H ${quoted(`origin: ${origin}`)}`]
      : [`-H ${quoted(`idempotency-key: ${keyHeader(key)}`)}`]),
    "-H 'content-type: application/json'",
    `-d ${quoted(json(isOperators ? { key, ...body } : body))}`,
  ]
  return lines.join(' \\\n  ')
}

/** API Gateway joins headers with commas, so that a key with one stands in quotes; so does one that begins with a quote. */
const keyHeader = (key: string): string =>
  key.includes(',') || key.startsWith('"') ? `"${key.replaceAll(/["\\]/g, '\\$&')}"` : key

/** What cannot be seen, or turns around what can, by its number: for whoever reads JSON it is the same. */
const json = (body: object): string =>
  JSON.stringify(body).replaceAll(/\p{C}/gu, character =>
    Array.from({ length: character.length }, (_, unit) => numberOf(character.charCodeAt(unit))).join(''),
  )

const numberOf = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`
