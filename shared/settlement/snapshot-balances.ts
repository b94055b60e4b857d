/** Writes what each account held, again and again, so that a balance at any time is one of these sums and a few entries. */
import { type Clock, DuplicateKeyError, type SeparateTransactions } from '../payments/ports.ts'
import type { AccountKey, AccountSnapshot, AccountSnapshots, SnapshotPass } from './ports.ts'
import { SETTLED_AFTER_MS } from './read-balances.ts'

export interface SnapshotPorts {
  transactions: SeparateTransactions
  balances: AccountSnapshots
  /** Entries are recorded by real time. */
  clock: Pick<Clock, 'nowMs'>
}

/** Debits or credits of an account from one snapshot to the next: a page of a hundred accounts may add up so many of each. */
export const SNAPSHOT_ENTRIES = 250
/** Accounts that are looked at in one statement. */
const PAGE_ACCOUNTS = 500
/** Snapshots of one transaction. */
const BATCH_SNAPSHOTS = 100

/**
 * Looks once at all accounts that had an entry since the last pass, in their order, and goes on with a pass that was not finished.
 * Begins nothing after `deadlineMs` (epoch). Two at once write the same: unique keys decide. Returns how many snapshots it wrote.
 * Throws DependencyUnavailableError.
 */
export async function snapshotBalances(ports: SnapshotPorts, deadlineMs: number): Promise<number> {
  const { balances, clock } = ports
  const mayGoOn = () => clock.nowMs() < deadlineMs
  let pass = begun(await balances.readPass(), clock.nowMs())
  let written = 0
  while (mayGoOn()) {
    const page = await balances.listActivity(pass.after, PAGE_ACCOUNTS)
    const active = page.filter(({ newestMs }) => newestMs >= pass.activeSinceMs)
    for (const last of active.length === 0 ? [] : await balances.newestSnapshots(active))
      written += await catchUp(ports, last, pass.doneBeforeMs, mayGoOn)
    // What was cut short is done again.
    if (!mayGoOn()) break
    const isLastPage = page.length < PAGE_ACCOUNTS
    pass = isLastPage ? finished(pass) : { ...pass, after: keyOf(page.at(-1)!) }
    await balances.writePass(pass)
    if (isLastPage) break
  }
  return written
}

/** A pass that is under way keeps its times. */
const begun = (pass: SnapshotPass, nowMs: number): SnapshotPass =>
  pass.after === undefined ? { ...pass, doneBeforeMs: nowMs - SETTLED_AFTER_MS } : pass

const finished = ({ doneBeforeMs }: SnapshotPass): SnapshotPass => ({
  activeSinceMs: doneBeforeMs,
  doneBeforeMs,
  after: undefined,
})

const keyOf = ({ account, currency }: AccountKey): AccountKey => ({ account, currency })

/** Returns how many it wrote. */
async function catchUp(
  ports: SnapshotPorts,
  from: AccountSnapshot,
  beforeMs: number,
  mayGoOn: () => boolean,
): Promise<number> {
  let [last, written] = [from, 0]
  for (;;) {
    const batch = await nextBatch(ports.balances, last, beforeMs, mayGoOn)
    // Another run does this account.
    if (batch.length === 0 || !(await insert(ports, batch))) return written
    written += batch.length
    last = batch.at(-1)!
  }
}

async function nextBatch(
  balances: AccountSnapshots,
  from: AccountSnapshot,
  beforeMs: number,
  mayGoOn: () => boolean,
): Promise<AccountSnapshot[]> {
  const batch: AccountSnapshot[] = []
  while (batch.length < BATCH_SNAPSHOTS && mayGoOn()) {
    const next = await balances.nextSnapshot(batch.at(-1) ?? from, SNAPSHOT_ENTRIES, beforeMs)
    if (next === undefined) break
    batch.push(next)
  }
  return batch
}

/** False when another run has written one of them. */
async function insert({ transactions, balances }: SnapshotPorts, batch: readonly AccountSnapshot[]): Promise<boolean> {
  try {
    await transactions.run('account snapshots', tx => balances.insert(tx, batch))
    return true
  } catch (error) {
    if (error instanceof DuplicateKeyError) return false
    throw error
  }
}
