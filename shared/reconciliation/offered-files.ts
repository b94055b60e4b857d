/** What the acquirer and the bank have and we have not. */
import { addDays } from '../domain/business-days.ts'
import type { SeparateTransactions } from '../payments/ports.ts'
import type { SettlementStart } from '../settlement/ports.ts'
import { dayAt } from './business-day.ts'
import type { ReconFiles, ReconSource, SettlementFiles, Statements } from './ports.ts'

export interface OfferPorts {
  transactions: SeparateTransactions
  reconFiles: ReconFiles
  settlementStart: SettlementStart
  /** Undefined: there is no acquirer, or no bank, to fetch from. */
  settlementFiles: SettlementFiles | undefined
  statements: Statements | undefined
}

/** Something that can be fetched. */
export interface OfferedFile {
  name: string
  /** What its bytes are said to be. */
  sha256?: string
  /** Undefined: it is not there, after all. */
  read(): Promise<AsyncIterable<Uint8Array> | undefined>
}

/**
 * What a source offers at this virtual time, in the order of importing: the acquirer's files in the order of making, of a bank the
 * statements of the days after the last one. What was rejected is not offered by an acquirer again; a bank may have written it anew.
 */
export function offeredFiles(
  ports: OfferPorts,
  source: ReconSource,
  virtualNowMs: number,
): AsyncGenerator<OfferedFile, void, void> {
  const { settlementFiles, statements } = ports
  // Other profiles are handed in by people.
  if (settlementFiles !== undefined && source.profile === 'acquirer-csv')
    return ofAcquirer(ports, settlementFiles, source)
  if (statements !== undefined && source.profile === 'camt-053') return ofBank(ports, statements, source, virtualNowMs)
  return nothing()
}

async function* nothing(): AsyncGenerator<never, void, void> {}

async function* ofAcquirer(
  { reconFiles }: OfferPorts,
  settlementFiles: SettlementFiles,
  { sourceId }: ReconSource,
): AsyncGenerator<OfferedFile, void, void> {
  for (let after: number | null = 0; after !== null; ) {
    const { files, next } = await settlementFiles.list(after)
    const known =
      files.length === 0
        ? []
        : await reconFiles.listBySha(
            sourceId,
            files.map(({ sha256 }) => sha256),
          )
    const isDone = new Set(known.filter(({ state }) => state !== 'RECEIVED').map(({ sha256 }) => sha256))
    for (const { name, sha256 } of files)
      if (!isDone.has(sha256)) yield { name, sha256, read: async () => settlementFiles.read(name) }
    after = next
  }
}

async function* ofBank(
  ports: OfferPorts,
  statements: Statements,
  source: ReconSource,
  virtualNowMs: number,
): AsyncGenerator<OfferedFile, void, void> {
  const account = source.bankAccount!
  const yesterday = addDays(dayAt(source, virtualNowMs), -1)
  const first = await nextDay(ports, statements, source, yesterday)
  for (let day = first; day !== undefined && day <= yesterday; day = addDays(day, 1)) {
    const of = day
    yield { name: statementName(account, of), read: () => statements.read(account, of) }
  }
}

/** How a statement that we fetch is called. */
export const statementName = (account: string, day: string): string => `${account}-${day}.xml`

/** The day whose statement comes next. Undefined: the account has not moved yet. */
export async function nextDay(
  ports: Pick<OfferPorts, 'transactions' | 'reconFiles' | 'settlementStart'>,
  statements: Statements,
  source: ReconSource,
  yesterday: string,
): Promise<string | undefined> {
  const last = await ports.reconFiles.lastDay(source.sourceId)
  if (last !== undefined) return addDays(last, 1)
  const settledFromMs = await ports.transactions.run(source.sourceId, tx => ports.settlementStart.settledFromMs(tx))
  const from = dayAt(source, settledFromMs)
  return firstDay(day => statements.has(source.bankAccount!, day), from, yesterday)
}

/** The first of these days that has a statement: each day after it has one, too. */
async function firstDay(has: (day: string) => Promise<boolean>, from: string, to: string): Promise<string | undefined> {
  if (from > to || !(await has(to))) return undefined
  let [without, found] = [addDays(from, -1), to]
  while (addDays(without, 1) < found) {
    const middle = addDays(without, Math.floor((Date.parse(found) - Date.parse(without)) / DAY_MS / 2))
    if (await has(middle)) found = middle
    else without = middle
  }
  return found
}

const DAY_MS = 24 * 60 * 60_000
