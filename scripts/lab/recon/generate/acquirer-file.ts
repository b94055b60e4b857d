/** Writes settlement files of the acquirer as its documentation says, whole and broken. */
import type { Random } from '../../random.ts'
import { type Currency, decimalText } from './money.ts'

export interface FileLine {
  kind: 'capture' | 'refund' | 'chargeback' | 'chargeback_won' | 'carry'
  reference: string
  soldOn: string
  amount: number
  fee: number
  vat: number
}

export interface FileContent {
  reference: string
  day: string
  currency: Currency
  lines: readonly FileLine[]
}

export const netOf = ({ amount, fee, vat }: Pick<FileLine, 'amount' | 'fee' | 'vat'>): number => amount - fee - vat

export const totalNetOf = (lines: readonly FileLine[]): number => lines.reduce((sum, line) => sum + netOf(line), 0)

/** How the same content may look: byte order mark, line ends, quotes, a column of the acquirer's own in Korean, in UTF-8 or CP949. */
export const looks = ['plain', 'bom', 'crlf', 'quoted', 'bom-crlf', 'korean', 'cp949', 'cp949-crlf'] as const
export type Look = (typeof looks)[number]

export const HEADER = ['line', 'kind', 'reference', 'sold_on', 'currency', 'amount', 'fee', 'vat', 'net']

export function rowsOf({ reference, day, currency, lines }: FileContent): string[][] {
  const money = (minor: number) => decimalText(minor, currency)
  const amounts = (of: Pick<FileLine, 'amount' | 'fee' | 'vat'>) => [of.amount, of.fee, of.vat, netOf(of)].map(money)
  const sum = lines.reduce(
    (so, { amount, fee, vat }) => ({ amount: so.amount + amount, fee: so.fee + fee, vat: so.vat + vat }),
    { amount: 0, fee: 0, vat: 0 },
  )
  return [
    HEADER,
    ...lines.map((line, index) => [
      String(index + 1),
      line.kind,
      line.reference,
      line.soldOn,
      currency,
      ...amounts(line),
    ]),
    [String(lines.length), 'total', reference, day, currency, ...amounts(sum)],
  ]
}

export function bytesOf(rows: readonly string[][], look: Look): Buffer {
  const end = look.endsWith('crlf') ? '\r\n' : '\n'
  const cell = (text: string) => (look === 'quoted' ? `"${text}"` : text)
  const mark = look.startsWith('bom') ? '\uFEFF' : ''
  const isCp949 = look.startsWith('cp949')
  const all = isCp949 || look === 'korean' ? remarked(rows, isCp949 ? 'cp949' : 'text') : rows
  const text = mark + all.map(row => row.map(cell).join(',') + end).join('')
  return Buffer.from(text, isCp949 ? 'latin1' : 'utf8')
}

/** Each letter as CP949 has it: the last one is not in EUC-KR, which is older and has fewer. */
export const koreanWords = [
  { text: '비고', cp949: '\xba\xf1\xb0\xed' },
  { text: '상점', cp949: '\xbb\xf3\xc1\xa1' },
  { text: '똠', cp949: '\x8c\x63' },
] as const

/** With a column more, which says nothing of the money. */
function remarked(rows: readonly string[][], spelling: 'text' | 'cp949'): string[][] {
  const word = (index: number) => koreanWords[index % koreanWords.length]![spelling]
  return rows.map((row, index) => [...row, index === rows.length - 1 ? '' : word(index)])
}

/** What is wrong with a file that must be refused whole. */
export const damages = [
  'cut-off',
  'short-row',
  'wrong-total',
  'wrong-net',
  'wrong-count',
  'too-many-decimals',
  'other-currency',
  'no-number',
  'other-batch',
  'column-missing',
  'chargeback-above-zero',
  'win-below-zero',
] as const
export type Damage = (typeof damages)[number]

type Row = string[]

const NET = HEADER.indexOf('net')
const AMOUNT = HEADER.indexOf('amount')
const changed = (row: Row, column: number, text: string): Row => row.with(column, text)

/** Each is given the rows and the place of a row that is a line. */
const damaged: Record<Damage, (rows: Row[], place: number, currency: Currency) => Row[]> = {
  'cut-off': rows => rows.slice(0, -1),
  'short-row': (rows, place) => rows.with(place, rows[place]!.slice(0, -1)),
  'wrong-total': (rows, _, currency) => rows.with(-1, moreNet(rows.at(-1)!, currency)),
  'wrong-net': (rows, place, currency) => rows.with(place, moreNet(rows[place]!, currency)),
  'wrong-count': rows => rows.with(-1, changed(rows.at(-1)!, 0, String(rows.length))),
  'too-many-decimals': (rows, place, currency) =>
    rows.with(
      place,
      changed(
        rows[place]!,
        AMOUNT,
        `${decimalText(12_345, currency)}${currency === 'KRW' || currency === 'JPY' ? '.5' : '5'}`,
      ),
    ),
  'other-currency': (rows, place) => rows.with(place, changed(rows[place]!, 4, 'EUR')),
  'no-number': (rows, place) => rows.with(place, changed(rows[place]!, AMOUNT, '1,000')),
  'other-batch': rows => rows.with(-1, changed(rows.at(-1)!, 2, 'ACQ-20200101-KRW')),
  'column-missing': rows => rows.map(row => row.slice(0, -1)),
  'chargeback-above-zero': (rows, _, currency) => withLine(rows, 'chargeback', 100, currency),
  'win-below-zero': (rows, _, currency) => withLine(rows, 'chargeback_won', -100, currency),
}

/** One more line of this amount, without a fee. All sums are right. */
function withLine(rows: Row[], kind: FileLine['kind'], amount: number, currency: Currency): Row[] {
  const total = rows.at(-1)!
  const number = String(rows.length - 1)
  const soldOn = total[HEADER.indexOf('sold_on')]!
  const money = (minor: number) => decimalText(minor, currency)
  const line = [number, kind, 'op_sign', soldOn, currency, ...[amount, 0, 0, amount].map(money)]
  const raised = (column: number) => money(minorOf(total[column]!) + amount)
  const sums = changed(changed(changed(total, AMOUNT, raised(AMOUNT)), NET, raised(NET)), 0, number)
  return [...rows.slice(0, -1), line, sums]
}

const ONE = 1
const minorOf = (text: string): number => Number(text.replace('.', ''))
const moreNet = (row: Row, currency: Currency): Row =>
  changed(row, NET, decimalText(minorOf(row[NET]!) + ONE, currency))

/** The file with one fault. It has a line at least. */
export function damagedBytes(content: FileContent, damage: Damage, random: Random): Buffer {
  const rows = rowsOf(content)
  const place = random.integer(1, content.lines.length)
  const wrong = damaged[damage](rows, place, content.currency)
  return bytesOf(wrong, damage === 'no-number' ? 'quoted' : 'plain')
}
