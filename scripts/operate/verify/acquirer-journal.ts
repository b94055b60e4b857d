/** Reads the acquirer's journal: its first part before the database, the rest after it. */
import { type JournalEntry, journalPage } from '../../../shared/contracts/acquirer.ts'
import { JournalFacts } from '../../../shared/invariants/acquirer-facts.ts'
import { IN_PROCESS_ACQUIRER } from '../../../shared/runtime/config.ts'

export interface AcquirerJournal {
  /** Hands on every entry behind this sequence. Resolves with the sequence of the last one. Throws an Error with the address. */
  read(after: number, onEntries: (entries: JournalEntry[]) => void): Promise<number>
}

/** The first part has been read. The database may be read now, and then the rest. */
export interface JournalReading {
  rest(): Promise<JournalFacts>
}

/** Why there is no journal to compare with. */
export interface NoJournal {
  whyNot: string
}

const PAGE_ENTRIES = 1_000
const TIMEOUT_MS = 10_000

class NotServed extends Error {}

/** Reads what the journal has now. `acquirerUrl`: null when the system names no acquirer. Throws an Error when it does not answer. */
export async function readJournal(
  acquirerUrl: string | null,
  onRead?: (decisions: number) => void,
): Promise<JournalReading | NoJournal> {
  if (acquirerUrl === null) return { whyNot: 'the system names no acquirer (ACQUIRER_URL)' }
  if (acquirerUrl === IN_PROCESS_ACQUIRER)
    return { whyNot: `the acquirer is ${IN_PROCESS_ACQUIRER}, which keeps no journal` }
  try {
    return await beginReading(journalAt(acquirerUrl), onRead)
  } catch (error) {
    if (error instanceof NotServed) return { whyNot: 'the acquirer has no journal to read (GET /journal answers 404)' }
    throw error
  }
}

export async function beginReading(
  journal: AcquirerJournal,
  onRead: (decisions: number) => void = () => {},
): Promise<JournalReading> {
  const facts = new JournalFacts()
  const add = (entries: JournalEntry[]) => {
    facts.add(entries)
    onRead(facts.decisions)
  }
  const endSequence = await journal.read(0, add)
  const rest = async () => {
    facts.databaseWasRead()
    await journal.read(endSequence, add)
    return facts
  }
  return { rest }
}

export const journalAt = (acquirerUrl: string): AcquirerJournal => ({
  async read(after, onEntries) {
    let last = after
    for (;;) {
      const { entries, next } = await pageAt(acquirerUrl, last)
      onEntries(entries)
      last = entries.at(-1)?.sequence ?? last
      if (next === null) return last
    }
  },
})

async function pageAt(acquirerUrl: string, after: number) {
  const { origin, pathname } = new URL(acquirerUrl)
  const where = origin + pathname.replace(/\/$/, '')
  const response = await fetch(`${where}/journal?after=${after}&limit=${PAGE_ENTRIES}`, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch(error => {
    const reason = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message
    throw new Error(
      `the acquirer does not answer at ${where} (${reason}); \`npm run status\` says what runs on this machine`,
      {
        cause: error,
      },
    )
  })
  if (response.status === 404) throw new NotServed(`no journal at ${where}`)
  if (response.status !== 200) throw new Error(`the acquirer at ${where} answers ${response.status} for its journal`)
  return journalPage.parse(await response.json())
}
