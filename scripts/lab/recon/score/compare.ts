/** Compares what was found with what was planted: recall, precision and amounts by class, and lines without a reference by themselves. */
import type { TruthRow } from '../generate/truth.ts'
import type { FoundAllocation, FoundBreak } from './found.ts'

export interface ClassScore {
  class: string
  planted: number
  found: number
  /** Of those found, how many were planted. */
  right: number
  recall: number
  precision: number
}

export interface UnkeyedScore {
  /** Lines that are for something, whether or not one can tell. */
  planted: number
  /** Taken for the right thing, or suggested. */
  right: number
  /** Taken for something by itself. */
  taken: number
  takenRightly: number
  recall: number
  precision: number
}

export interface Comparison {
  classes: ClassScore[]
  all: ClassScore
  unkeyed: UnkeyedScore
  /** What was missed, what was found for nothing, and what holds another amount, in words. */
  missed: string[]
  wrong: string[]
  otherAmounts: string[]
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole)

/** The broken ones among the truth, and those found, by class and subject. */
export function compare(
  truth: readonly TruthRow[],
  breaks: readonly FoundBreak[],
  allocations: readonly FoundAllocation[],
): Comparison {
  const planted = truth.filter(row => row.class !== 'MATCHED' && row.class !== 'REJECTED')
  const paired = pairUp(planted, breaks)
  const keyed = paired.filter(({ row, found }) => (row ?? found!).keyed)
  const classes = [...new Set(keyed.map(classOf))].toSorted().map(name => scoreOf(name, keyed))
  return {
    classes,
    all: scoreOf('all', keyed),
    unkeyed: unkeyedScore(truth, breaks, allocations),
    missed: paired.filter(isMissed).map(({ row }) => textOfRow(row!)),
    wrong: paired.filter(({ row, found }) => row === undefined && found!.keyed).map(({ found }) => textOfBreak(found!)),
    otherAmounts: paired.filter(differs).map(({ row, found }) => `${textOfRow(row!)}, not ${textOfBreak(found!)}`),
  }
}

interface Pair {
  row?: TruthRow
  found?: FoundBreak
}

const classOf = ({ row, found }: Pair): string => row?.class ?? found!.class
const isMissed = ({ found }: Pair): boolean => found === undefined
const differs = ({ row, found }: Pair): boolean =>
  row !== undefined && found !== undefined && wordsOf(row) !== wordsOf(found)

/** What a break holds and held, and whether it is closed, of either side. */
function wordsOf(of: TruthRow | FoundBreak): string {
  const left = 'amount' in of ? of.amount : of.remaining
  return `${of.booked} ${left} ${of.currency} ${of.closed}`
}

/** Every planted row with a break of its class and subject; those with the same amounts first. */
function pairUp(planted: readonly TruthRow[], breaks: readonly FoundBreak[]): Pair[] {
  const waiting = new Map<string, FoundBreak[]>()
  for (const found of breaks)
    for (const subject of found.subjects) listed(waiting, `${found.class} ${subject}`).push(found)
  const taken = new Set<FoundBreak>()
  const pairOf = (row: TruthRow, mustEqual: boolean): Pair | undefined => {
    const found = [row.subject, row.orSubject]
      .flatMap(subject => waiting.get(`${row.class} ${subject}`) ?? [])
      .find(each => !taken.has(each) && (!mustEqual || wordsOf(each) === wordsOf(row)))
    if (found === undefined) return undefined
    taken.add(found)
    return { row, found }
  }
  const equal = planted.map(row => ({ row, pair: pairOf(row, true) }))
  const pairs = equal.map(({ row, pair }) => pair ?? pairOf(row, false) ?? { row })
  return [...pairs, ...breaks.filter(found => !taken.has(found)).map(found => ({ found }))]
}

function listed<T>(lists: Map<string, T[]>, key: string): T[] {
  const known = lists.get(key) ?? []
  lists.set(key, known)
  return known
}

function scoreOf(name: string, pairs: readonly Pair[]): ClassScore {
  const own = pairs.filter(pair => name === 'all' || classOf(pair) === name)
  const planted = own.filter(({ row }) => row !== undefined).length
  const found = own.filter(pair => pair.found !== undefined).length
  const right = own.filter(pair => pair.row !== undefined && pair.found !== undefined).length
  return { class: name, planted, found, right, recall: shareOf(right, planted), precision: shareOf(right, found) }
}

function unkeyedScore(
  truth: readonly TruthRow[],
  breaks: readonly FoundBreak[],
  allocations: readonly FoundAllocation[],
): UnkeyedScore {
  const rows = new Map(truth.filter(({ keyed }) => !keyed).map(row => [row.subject, row]))
  const takenRightly = allocations.filter(({ subject, target }) => isRightly(rows.get(subject), target))
  const rightly = new Set(takenRightly.map(({ subject }) => subject))
  const suggested = new Set(breaks.filter(found => suggests(found, rows)).flatMap(({ subjects }) => subjects))
  const meant = [...rows.values()].filter(({ targets = [] }) => targets.length > 0)
  const right = meant.filter(({ subject }) => rightly.has(subject) || suggested.has(subject)).length
  return {
    planted: meant.length,
    right,
    taken: allocations.length,
    takenRightly: takenRightly.length,
    recall: shareOf(right, meant.length),
    precision: shareOf(takenRightly.length, allocations.length),
  }
}

/** Nobody can know which of several it is for, so that taking it for any of them is wrong. */
const isRightly = (row: TruthRow | undefined, target: string): boolean =>
  row?.class === 'MATCHED' && row.targets!.some(each => target.includes(each))

function suggests({ subjects, class: name, differences }: FoundBreak, rows: ReadonlyMap<string, TruthRow>): boolean {
  const row = subjects.map(subject => rows.get(subject)).find(each => each !== undefined)
  return name === 'MISSING_HERE' && (row?.targets?.every(target => differences.includes(target)) ?? false)
}

const textOfRow = ({ subject, class: name, booked, amount, currency, closed, mutation }: TruthRow): string =>
  `${name} of ${subject} (${mutation}): ${amount} of ${booked} ${currency}${closed ? ', closed' : ''}`

const textOfBreak = ({ subjects, class: name, booked, remaining, currency, closed, breakId }: FoundBreak): string =>
  `${breakId} ${name} of ${subjects.join(' = ')}: ${remaining} of ${booked} ${currency}${closed ? ', closed' : ''}`
