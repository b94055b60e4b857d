/** Reads a payout file (pain.001.001.09) as it comes: what it says, as texts. Whether that is right is judged in judge-file.ts. */
import { createHash } from 'node:crypto'
import { SaxesParser, type SaxesTagNS } from 'saxes'
import { PAYOUT_FILE_NAMESPACE } from '../../shared/contracts/bank.ts'
import { Refusal } from '../service/refusal.ts'

const ROOT = 'Document'
const INITIATION = `${ROOT}/CstmrCdtTrfInitn`
const HEADER = `${INITIATION}/GrpHdr`
const GROUP = `${INITIATION}/PmtInf`
const PAYMENT = `${GROUP}/CdtTrfTxInf`

/** By the path below the header, group or payment. `Ccy` of an amount is at `Amt/InstdAmt@Ccy`. */
export type Texts = ReadonlyMap<string, string>

const kept = new Set([
  ...['MsgId', 'NbOfTxs', 'CtrlSum', 'PmtMtd', 'ReqdExctnDt/Dt', 'DbtrAcct/Id/Othr/Id'],
  ...['PmtId/EndToEndId', 'Amt/InstdAmt', 'Cdtr/Nm', 'CdtrAcct/Id/Othr/Id', 'RmtInf/Ustrd'],
])
const mayRepeat = 'RmtInf/Ustrd'

export interface PayoutFile {
  sha256: string
  header: Texts
  groups: ReadonlyArray<{ texts: Texts; payments: readonly Texts[] }>
}

/** Of groups and payments together. */
const PARTS_MAX = 50_000
const DEPTH_MAX = 32

const malformed = (message: string) => new Refusal(400, 'malformed_file', message)

interface Part {
  path: string
  depth: number
  texts: Map<string, string>
}

/** Every method throws a Refusal when this is no well-formed payout file in UTF-8, or has a DOCTYPE. */
export class PayoutFileReader {
  readonly #hash = createHash('sha256')
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #parser = new SaxesParser({ xmlns: true })
  readonly #header = new Map<string, string>()
  readonly #groups: Array<{ texts: Map<string, string>; payments: Array<Map<string, string>> }> = []
  readonly #names: string[] = []
  readonly #parts: Part[] = []
  #count = 0
  #text = ''

  constructor() {
    this.#parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') throw malformed('must be in UTF-8')
    })
    this.#parser.on('doctype', () => {
      throw malformed('must have no DOCTYPE')
    })
    this.#parser.on('opentag', tag => this.#open(tag))
    this.#parser.on('text', text => this.#addText(text))
    this.#parser.on('cdata', text => this.#addText(text))
    this.#parser.on('closetag', () => this.#close())
  }

  write(chunk: Buffer): void {
    this.#hash.update(chunk)
    guarded(() => this.#parser.write(this.#decoder.decode(chunk, { stream: true })))
  }

  end(): PayoutFile {
    guarded(() => this.#parser.write(this.#decoder.decode()).close())
    return { sha256: this.#hash.digest('hex'), header: this.#header, groups: this.#groups }
  }

  #open({ uri, local, attributes }: SaxesTagNS): void {
    if (uri !== PAYOUT_FILE_NAMESPACE) throw malformed(`<${local}> is not of ${PAYOUT_FILE_NAMESPACE}`)
    this.#names.push(local)
    if (this.#names.length > DEPTH_MAX) throw malformed(`is nested more than ${DEPTH_MAX} deep`)
    this.#text = ''
    const path = this.#names.join('/')
    const begun = this.#names.length === 1 ? ROOT : INITIATION
    if (this.#names.length <= 2 && path !== begun) throw malformed(`must be <${begun}>, and not <${path}>`)
    const texts = this.#textsOf(path)
    if (texts !== undefined) this.#parts.push({ path, depth: this.#names.length, texts })
    const currency = attributes.Ccy?.value
    if (currency !== undefined) this.#keep('@Ccy', currency)
  }

  /** Where the texts of a part that begins here go; undefined when none does. */
  #textsOf(path: string): Map<string, string> | undefined {
    if (path === HEADER) return this.#header
    if (path !== GROUP && path !== PAYMENT) return undefined
    if (++this.#count > PARTS_MAX) throw malformed(`has more than ${PARTS_MAX} payments`)
    const texts = new Map<string, string>()
    if (path === GROUP) this.#groups.push({ texts, payments: [] })
    else this.#groups.at(-1)!.payments.push(texts)
    return texts
  }

  #addText(text: string): void {
    this.#text += text
  }

  #close(): void {
    this.#keep('', this.#text)
    this.#text = ''
    if (this.#parts.at(-1)?.depth === this.#names.length) this.#parts.pop()
    this.#names.pop()
  }

  #keep(suffix: '' | '@Ccy', text: string): void {
    const part = this.#parts.at(-1)
    if (part === undefined) return
    const path = this.#names.slice(part.depth).join('/')
    if (!kept.has(path)) return
    const before = part.texts.get(path + suffix)
    if (before !== undefined && path !== mayRepeat) throw malformed(`${part.path}/${path} is there twice`)
    const trimmed = text.trim().replace(/\s+/g, ' ')
    part.texts.set(path + suffix, before === undefined ? trimmed : `${before} ${trimmed}`)
  }
}

function guarded(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    throw error instanceof Refusal ? error : malformed(error instanceof Error ? error.message : String(error))
  }
}
