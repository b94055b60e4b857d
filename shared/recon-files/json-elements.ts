/** The elements of a JSON array of objects, one at a time. */
import { ReconFileError } from '../reconciliation/ports.ts'

export interface JsonElement {
  /** On which it begins, from 1. */
  line: number
  value: unknown
}

const ELEMENT_CHARACTERS_MAX = 65_536

const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const OPENING = new Set([0x7b, 0x5b])
const CLOSING = new Set([0x7d, 0x5d])

/** Throws ReconFileError when this is no array of objects, or not all of one. */
export async function* jsonElements(texts: AsyncIterable<string>): AsyncGenerator<JsonElement, void, void> {
  const scanner = new ArrayScanner()
  for await (const text of texts) {
    yield* scanner.scan(text)
  }
  scanner.end()
}

class ArrayScanner {
  /** What may come at this place of the array itself. */
  #awaits: '[' | '{ or ]' | '{' | ', or ]' | 'nothing' = '['
  #line = 1
  /** Of the element that is open. */
  #depth = 0
  #isInText = false
  #isEscaped = false
  #text = ''
  #begunOn = 1

  end(): void {
    if (this.#awaits !== 'nothing' || this.#depth > 0)
      throw this.#wrong('the array does not end: the file is cut off, fetch it again')
  }

  *scan(text: string): Generator<JsonElement, void, void> {
    let from = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === NEWLINE) this.#line++
      if (this.#depth === 0) {
        if (!this.#opens(text[at]!)) continue
        from = at
      } else if (this.#closes(code)) {
        yield this.#element(this.#text + text.slice(from, at + 1))
        this.#text = ''
      }
    }
    if (this.#depth > 0) this.#text += text.slice(from)
    if (this.#text.length > ELEMENT_CHARACTERS_MAX)
      throw this.#wrong(`an element has more than ${ELEMENT_CHARACTERS_MAX} characters`)
  }

  /** Between the elements. Whether one begins here. */
  #opens(character: string): boolean {
    if (/\s/.test(character)) return false
    if (!this.#awaits.includes(character))
      throw this.#wrong(`${this.#awaits} must be here: this is no array of settlements`)
    if (character === '{') {
      this.#depth = 1
      this.#begunOn = this.#line
      return true
    }
    if (character === '[') this.#awaits = '{ or ]'
    if (character === ',') this.#awaits = '{'
    if (character === ']') this.#awaits = 'nothing'
    return false
  }

  /** Within an element. Whether it ends here. */
  #closes(code: number): boolean {
    if (this.#isInText) {
      if (this.#isEscaped) this.#isEscaped = false
      else if (code === BACKSLASH) this.#isEscaped = true
      else if (code === QUOTE) this.#isInText = false
      return false
    }
    if (code === QUOTE) this.#isInText = true
    else if (OPENING.has(code)) this.#depth++
    else if (CLOSING.has(code)) this.#depth--
    if (this.#depth > 0) return false
    this.#awaits = ', or ]'
    return true
  }

  #element(text: string): JsonElement {
    try {
      return { line: this.#begunOn, value: JSON.parse(text) }
    } catch {
      throw this.#wrong('the element that ends here is no JSON: fetch the file again')
    }
  }

  #wrong(what: string): ReconFileError {
    return new ReconFileError(`line ${this.#line}: ${what}`)
  }
}
