/** Bytes of a record as a person can read them: as JSON, as text, or, where they are neither, in hexadecimal. */

export type Readable = { kind: 'json' | 'text' | 'hex'; text: string }

export const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), character => character.charCodeAt(0))

const BYTES_IN_ROW = 16

/** `isWhole` is false when the end is missing: then half a character at the end does not make it other than text. */
export function readableOf(bytes: Uint8Array, isWhole: boolean): Readable {
  const text = textOf(bytes, isWhole)
  if (text === undefined) return { kind: 'hex', text: hexOf(bytes) }
  const json = isWhole ? prettyJson(text) : undefined
  return json === undefined ? { kind: 'text', text: printable(text) } : { kind: 'json', text: printable(json) }
}

function textOf(bytes: Uint8Array, isWhole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole })
  } catch {
    return undefined
  }
}

/** Objects and lists only. Indented as it stands: numbers keep all their digits, and repeated names stay. */
function prettyJson(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    JSON.parse(text)
    return indented(text)
  } catch {
    return undefined
  }
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s[\]{}:,"]+/g

function indented(json: string): string {
  const tokens = json.match(TOKEN) ?? []
  let depth = 0
  let text = ''
  const newLine = () => `\n${'  '.repeat(depth)}`
  for (const [index, token] of tokens.entries()) {
    const isEmpty = tokens[index + 1] === (token === '{' ? '}' : ']')
    if (token === '{' || token === '[') {
      depth++
      text += isEmpty ? token : `${token}${newLine()}`
    } else if (token === '}' || token === ']') {
      depth--
      const wasEmpty = tokens[index - 1] === (token === '}' ? '{' : '[')
      text += wasEmpty ? token : `${newLine()}${token}`
    } else if (token === ',') text += `,${newLine()}`
    else text += token === ':' ? ': ' : token
  }
  return text
}

/** What would not be seen, or would turn around what is, as its number. Lines stay. */
const printable = (text: string): string =>
  text.replace(/[^\P{C}\n]/gu, character => `\\u{${character.codePointAt(0)!.toString(16)}}`)

function hexOf(bytes: Uint8Array): string {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += BYTES_IN_ROW) {
    const row = [...bytes.subarray(at, at + BYTES_IN_ROW)]
    rows.push(`${at.toString(16).padStart(6, '0')}  ${row.map(byte => byte.toString(16).padStart(2, '0')).join(' ')}`)
  }
  return rows.join('\n')
}
