/** The ids in what `verify` says of a row, so that each can lead to what it names. */
import { ownAddress } from '../search/options.ts'

export type Piece =
  /** Also an id of what has no page: it leads nowhere rather than to another thing. */
  | { kind: 'text'; text: string; at: number }
  /** It has a page of its own, at this address below the console. */
  | { kind: 'page'; text: string; at: number; address: string }
  /** The console finds what it is of. `at`: where it begins in the whole text. */
  | { kind: 'lookup'; text: string; at: number }

const ID = /\b[a-z]{2,4}_[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g
const LOOKED_UP = /^(?:op|evt|itm|out|dsp|hld|inv|exp)_/

/** The whole text in pieces, in order; none is empty. */
export function idsIn(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  const upTo = (end: number) => {
    if (end > at) pieces.push({ kind: 'text', text: text.slice(at, end), at })
  }
  for (const { 0: id, index } of text.matchAll(ID)) {
    const piece = linkOf(id, index)
    if (piece === undefined) continue
    upTo(index)
    pieces.push(piece)
    at = index + id.length
  }
  upTo(text.length)
  return pieces
}

function linkOf(id: string, at: number): Piece | undefined {
  const address = ownAddress(id)
  if (address !== undefined) return { kind: 'page', text: id, at, address }
  return LOOKED_UP.test(id) ? { kind: 'lookup', text: id, at } : undefined
}
