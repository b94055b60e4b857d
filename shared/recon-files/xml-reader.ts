/** Reads XML as it comes, and tells of parts of it: each with the texts within it by their path. */
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { ReconFileError } from '../reconciliation/ports.ts'

/** By their path below the part. `Ccy` of an amount is at `…@Ccy`. A path that comes more than once has the texts joined. */
export type Texts = ReadonlyMap<string, string>

export interface XmlRules {
  /** Of every element that is read. Others may stand within `SplmtryData`. */
  namespace: RegExp
  /** Paths of the parts, from the root. */
  parts: readonly string[]
  /** Which texts of a part are kept, by their path below it. */
  kept: ReadonlySet<string>
  opened(path: string): void
  /** `around`: what the part that it lies in has said so far. */
  closed(path: string, texts: Texts, around: Texts): void
}

const NONE: Texts = new Map()
const DEPTH_MAX = 32
/** Between two tags. */
const TEXT_CHARACTERS_MAX = 1_000_000
const KEPT_CHARACTERS_MAX = 2_000

export class XmlReader {
  readonly #rules: XmlRules
  readonly #parser = new SaxesParser({ xmlns: true, position: true })
  readonly #names: string[] = []
  readonly #parts: { path: string; depth: number; texts: Map<string, string> }[] = []
  readonly #root: string
  #text = ''
  #sinceTag = 0

  constructor(rules: XmlRules, root: string) {
    this.#rules = rules
    this.#root = root
    this.#parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
        throw new ReconFileError(`the encoding is ${encoding}: save the file in UTF-8`)
    })
    this.#parser.on('doctype', () => {
      throw new ReconFileError('the file has a DOCTYPE, which is not read: ask for one without')
    })
    this.#parser.on('opentag', tag => this.#open(tag))
    this.#parser.on('text', text => this.#addText(text))
    this.#parser.on('cdata', text => this.#addText(text))
    this.#parser.on('closetag', () => this.#close())
  }

  /** Throws ReconFileError, with the line. */
  write(text: string): void {
    this.#guarded(() => {
      this.#sinceTag += text.length
      this.#parser.write(text)
      if (this.#sinceTag > TEXT_CHARACTERS_MAX)
        throw new ReconFileError(`a text has more than ${TEXT_CHARACTERS_MAX} characters: this is no statement`)
    })
  }

  end(): void {
    this.#guarded(() => this.#parser.close())
  }

  #open({ uri, local, attributes }: SaxesTagNS): void {
    this.#sinceTag = 0
    this.#names.push(local)
    if (this.#names.length > DEPTH_MAX) throw new ReconFileError(`<${local}> is nested more than ${DEPTH_MAX} deep`)
    if (this.#names.length === 1 && local !== this.#root)
      throw new ReconFileError(`the file begins with <${local}>, and not with <${this.#root}>`)
    if (!this.#rules.namespace.test(uri) && !this.#names.includes('SplmtryData'))
      throw new ReconFileError(`<${local}> is of "${uri}", which is not read: ask for a version that is`)
    this.#text = ''
    const path = this.#names.join('/')
    if (this.#rules.parts.includes(path)) {
      this.#parts.push({ path, depth: this.#names.length, texts: new Map() })
      this.#rules.opened(path)
    }
    const currency = attributes.Ccy?.value
    if (currency !== undefined) this.#keep('@Ccy', currency)
  }

  #addText(text: string): void {
    this.#text += text
  }

  #close(): void {
    this.#sinceTag = 0
    this.#keep('', this.#text)
    this.#text = ''
    const part = this.#parts.at(-1)
    if (part?.depth === this.#names.length) {
      this.#parts.pop()
      this.#rules.closed(part.path, part.texts, this.#parts.at(-1)?.texts ?? NONE)
    }
    this.#names.pop()
  }

  #keep(suffix: '' | '@Ccy', text: string): void {
    const part = this.#parts.at(-1)
    if (part === undefined) return
    const path = this.#names.slice(part.depth).join('/')
    if (!this.#rules.kept.has(path)) return
    const before = part.texts.get(path + suffix)
    const trimmed = text.trim().replace(/\s+/g, ' ')
    const joined = before === undefined ? trimmed : `${before} ${trimmed}`
    part.texts.set(path + suffix, joined.slice(0, KEPT_CHARACTERS_MAX))
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      const message = error instanceof Error ? error.message.replace(/^\d+:\d+: /, '') : String(error)
      if (error instanceof ReconFileError) throw new ReconFileError(`line ${this.#parser.line}: ${message}`)
      throw new ReconFileError(
        `line ${this.#parser.line}: is no XML (${message}): the file is cut off or damaged, fetch it again`,
      )
    }
  }
}
