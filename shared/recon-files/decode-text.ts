/** Turns the bytes of a file into text as they come. */
import { TextDecoder } from 'node:util'
import { ReconFileError } from '../reconciliation/ports.ts'

/** In UTF-8, with a byte order mark or without. Throws ReconFileError for anything else. */
export async function* utf8Text(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const piece of bytes) yield decoded(decoder, piece)
  yield decoded(decoder)
}

function decoded(decoder: TextDecoder, piece?: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch {
    throw new ReconFileError('the file is not in UTF-8: save it as UTF-8')
  }
}

/** UTF-8 characters have at most four bytes, so that so many may be left of a piece. */
const CHARACTER_BYTES_MAX = 4

/**
 * In UTF-8, or else in CP949. The two agree in ASCII. When the first bytes that are no UTF-8 come late, what came before them was read as
 * UTF-8, whatever it is: no text beyond ASCII may be taken from such a file. Throws ReconFileError when it is neither.
 */
export async function* utf8OrKoreanText(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let korean: TextDecoder | undefined
  let last: Uint8Array = new Uint8Array(0)
  for await (const piece of bytes) {
    const text = korean === undefined ? textOrNone(utf8, piece) : decodedKorean(korean, piece)
    if (text !== undefined) yield text
    else {
      korean = koreanDecoder()
      // With the beginning of a character that the pieces before have kept back.
      yield decodedKorean(korean, Buffer.concat([unfinishedIn(last), piece]))
    }
    last = Buffer.concat([last, piece.subarray(-CHARACTER_BYTES_MAX)]).subarray(-CHARACTER_BYTES_MAX)
  }
  if (korean === undefined && textOrNone(utf8) === undefined) {
    korean = koreanDecoder()
    yield decodedKorean(korean, unfinishedIn(last))
  }
  if (korean !== undefined) yield decodedKorean(korean)
}

const koreanDecoder = () => new TextDecoder('euc-kr', { fatal: true })

function textOrNone(decoder: TextDecoder, piece?: Uint8Array): string | undefined {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch {
    return undefined
  }
}

function decodedKorean(decoder: TextDecoder, piece?: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: piece !== undefined })
  } catch {
    throw new ReconFileError('the file is neither in UTF-8 nor in CP949: save it as UTF-8')
  }
}

/** The bytes at the end that begin a character of UTF-8 and do not end it. */
function unfinishedIn(bytes: Uint8Array): Uint8Array {
  for (let count = 1; count <= Math.min(bytes.length, CHARACTER_BYTES_MAX); count++) {
    const first = bytes[bytes.length - count]!
    if (first >= 0xc0) return count < lengthOf(first) ? bytes.slice(-count) : new Uint8Array(0)
    if (first < 0x80) break
  }
  return new Uint8Array(0)
}

const lengthOf = (first: number): number => (first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2)
