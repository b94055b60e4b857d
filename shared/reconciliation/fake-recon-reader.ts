/** Files and breaks for tests of what reads them, in lists that the test fills. */
import { DependencyUnavailableError } from '../payments/ports.ts'
import { FakeBalances } from '../settlement/fake-balances.ts'
import { FakeCalendars } from '../settlement/fake-payouts.ts'
import type { Expectation } from '../settlement/ports.ts'
import { fakeSources } from './fake-recon.ts'
import type {
  AcquirerBatch,
  BreakContext,
  BreakQuery,
  OpenBreaks,
  ReconBreak,
  ReconBreakAction,
  ReconFile,
  ReconFilePages,
  ReconFileTotal,
} from './ports.ts'
import type { BreakReadPorts, FileReadPorts } from './read-recon.ts'

const ULID_END = '0'.repeat(24)
const idOf = (prefix: string, number: number): string => `${prefix}_${ULID_END}${String(number).padStart(2, '0')}`

export const fileOf = (number: number, given: Partial<ReconFile> = {}): ReconFile => ({
  ...{ fileId: idOf('rcf', number), sourceId: 'acquirer', name: `${number}.csv`, sha256: 'a'.repeat(64) },
  ...{ externalId: `ACQ-${number}`, revision: 1, day: '2026-11-27', dueOn: '2026-12-01', lineCount: 2, matchedTo: 2 },
  ...{ state: 'DONE', failure: null, eventCount: 1, receivedAtMs: 0, doneAtMs: 1_000 },
  ...given,
})

export const breakOf = (number: number, given: Partial<ReconBreak> = {}): ReconBreak => ({
  ...{ breakId: idOf('brk', number), subject: `${idOf('rcf', 1)}:${number}`, class: 'FEE', sourceId: 'acquirer' },
  ...{ fileId: idOf('rcf', 1), lineNo: number, expectationId: null, payoutId: null, batchRef: null },
  ...{ differences: { fee: { expected: 150, found: 160 } }, bookedMinor: 10, remainingMinor: 10, currency: 'KRW' },
  ...{
    openedOn: '2026-11-28',
    openedAtMs: 0,
    closedAtMs: null,
    state: 'OPEN',
    assignee: null,
    version: 0,
    eventCount: 1,
  },
  ...given,
})

/** Newest first. */
const byId =
  <Row>(idIn: (row: Row) => string) =>
  (a: Row, b: Row): number =>
    idIn(a) < idIn(b) ? 1 : -1

const isWanted = (wanted: unknown, value: unknown): boolean => wanted === undefined || wanted === value

export class FakeReconReader implements ReconFilePages {
  readonly files: ReconFile[] = []
  readonly totals: ReconFileTotal[] = []
  readonly breaks: ReconBreak[] = []
  readonly actions: ReconBreakAction[] = []
  /** Given for any amount. */
  readonly batchesLeft: AcquirerBatch[] = []
  readonly corrections: Expectation[] = []
  /** Each call throws. */
  away = false

  /** As the handlers take it. */
  get ports(): FileReadPorts & BreakReadPorts {
    return {
      reconFiles: {
        find: fileId => this.#one(this.files, file => file.fileId === fileId),
        listPage: query => this.listPage(query),
      },
      reconFileTotals: { list: async fileId => this.totals.filter(total => total.fileId === fileId) },
      breakReader: { list: query => this.list(query) },
      breaks: {
        find: breakId => this.#one(this.breaks, each => each.breakId === breakId),
        listActions: async breakId => this.actions.filter(action => action.breakId === breakId),
      },
    }
  }

  /** As the handlers of operators take it: nothing is known of a break but itself, and every weekday is a business day. */
  operatorPorts(context: Partial<BreakContext> = {}) {
    const nothing: BreakContext = { file: null, line: null, expectation: null, operation: null }
    return {
      ...this.ports,
      reconFiles: { ...this.ports.reconFiles, countByState: async () => this.#countByState() },
      breakReader: {
        list: (query: BreakQuery) => this.list(query),
        sumOpen: async () => this.#sumOpen(),
        context: async () => ({ ...nothing, ...context }),
        listCorrections: async () => [...this.corrections],
      },
      reconSources: {
        list: async () => [...fakeSources],
        find: async (sourceId: string) => fakeSources.find(source => source.sourceId === sourceId),
      },
      calendars: new FakeCalendars(),
      acquirerBatches: { withLeft: async () => [...this.batchesLeft] },
      bankPayouts: { withAmounts: async () => [] },
      balances: new FakeBalances(),
    }
  }

  #sumOpen(): OpenBreaks[] {
    this.#ask()
    return this.breaks
      .filter(({ closedAtMs }) => closedAtMs === null)
      .map(({ class: name, sourceId, currency, openedOn, remainingMinor }) => ({
        ...{ class: name, sourceId, currency, openedOn, count: 1 },
        ...{ remainingMinor: BigInt(remainingMinor), absoluteMinor: BigInt(Math.abs(remainingMinor)) },
      }))
  }

  #countByState(): { sourceId: string; state: ReconFile['state']; count: number }[] {
    const groups = Map.groupBy(this.files, ({ sourceId, state }) => `${sourceId} ${state}`)
    return [...groups.values()].map(files => ({
      ...{ sourceId: files[0]!.sourceId, state: files[0]!.state, count: files.length },
    }))
  }

  async listPage({
    sourceId,
    state,
    limit,
    beforeFileId,
  }: Parameters<ReconFilePages['listPage']>[0]): Promise<ReconFile[]> {
    this.#ask()
    return this.files
      .filter(file => isWanted(sourceId, file.sourceId) && isWanted(state, file.state))
      .filter(({ fileId }) => beforeFileId === undefined || fileId < beforeFileId)
      .sort(byId(({ fileId }) => fileId))
      .slice(0, limit)
  }

  /** Newest first. */
  async list({ states, sourceId, currency, limit, beyondBreakId, ...query }: BreakQuery): Promise<ReconBreak[]> {
    this.#ask()
    return this.breaks
      .filter(each => isWanted(query.class, each.class) && (states?.includes(each.state) ?? true))
      .filter(each => isWanted(sourceId, each.sourceId) && isWanted(currency, each.currency))
      .filter(each => isWanted(query.assignee, each.assignee) && isWanted(query.fileId, each.fileId))
      .filter(({ breakId }) => beyondBreakId === undefined || breakId < beyondBreakId)
      .sort(byId(({ breakId }) => breakId))
      .slice(0, limit)
  }

  async #one<Row>(rows: readonly Row[], isIt: (row: Row) => boolean): Promise<Row | undefined> {
    this.#ask()
    return rows.find(isIt)
  }

  #ask(): void {
    if (this.away) throw new DependencyUnavailableError('the fake database is away')
  }
}
