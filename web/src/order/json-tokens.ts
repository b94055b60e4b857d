/** Cuts indented JSON into pieces to colour. Joined again they are the same text. */

export interface JsonToken {
  kind?: 'key' | 'text' | 'number' | 'word'
  text: string
  /** Position in the text. */
  at: number
}

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(\btrue\b|\bfalse\b|\bnull\b)/g

export function jsonTokens(json: string): JsonToken[] {
  const tokens: JsonToken[] = []
  let end = 0
  const push = (text: string, kind?: JsonToken['kind']) => {
    if (text !== '') tokens.push({ kind, text, at: end })
    end += text.length
  }
  for (const match of json.matchAll(TOKEN)) {
    push(json.slice(end, match.index))
    const [whole, quoted, colon, digits] = match
    if (quoted !== undefined) {
      push(quoted, colon === undefined ? 'text' : 'key')
      push(colon ?? '')
    } else push(whole, digits === undefined ? 'word' : 'number')
  }
  push(json.slice(end))
  return tokens
}
