/** What of settlement falls due by virtual time, and when: for the sandbox, whose clock stops on the way where something is to be done. */
import type { DueJob } from '../payments/ports.ts'
import { heldPayouts } from './cancel-held.ts'
import { type ClosePorts, closeBatches, periodsOf } from './close-batches.ts'
import { type CreatePorts, createPayouts, releasable } from './create-payouts.ts'
import { nextPeriods } from './ended-period.ts'
import { type InquirePorts, inquirePayouts } from './inquire-payouts.ts'
import { dueInvoices } from './invoice-balances.ts'
import { standingBatches } from './payable-batches.ts'
import type { AwaitedItems } from './ports.ts'
import { releaseTimes } from './release-reserves.ts'
import { type SendPorts, sendFiles } from './send-files.ts'

export type DueJobPorts = ClosePorts & CreatePorts & SendPorts & InquirePorts & { awaitedItems: AwaitedItems }

/** In the order in which one makes work for the next. Files that wait for an approval are not due. */
export const settlementJobs = (ports: DueJobPorts): readonly DueJob[] => [
  expecting(ports),
  closing(ports),
  creating(ports),
  sending(ports),
  inquiring(ports),
]

const COUNTED_MAX = 1_000
/** Real time. An event may never get an item: its payment is left out, or its record is a dead letter. */
const AWAITED_MS_MAX = 60_000

/** An event of a day must be in that day's batch, so its day does not end before it has its item. The consumer writes it. */
const expecting = ({ awaitedItems, clock }: DueJobPorts): DueJob => ({
  name: 'expect-settlement',
  left: () => awaitedItems.count(clock.nowMs() - AWAITED_MS_MAX, COUNTED_MAX),
  nextDueMs: async () => undefined,
  run: async () => 0,
})

const closing = (ports: DueJobPorts): DueJob => ({
  name: 'close-batches',
  async left(virtualNowMs) {
    const open = await ports.batches.listByState('OPEN', COUNTED_MAX)
    const times = [...(await periodEnds(ports)), ...(await releaseTimes(ports)), ...(await invoiceTimes(ports))]
    return open.length + times.filter(atMs => atMs <= virtualNowMs).length
  },
  async nextDueMs() {
    return firstOf([...(await periodEnds(ports)), ...(await releaseTimes(ports)), ...(await invoiceTimes(ports))])
  },
  async run(deadlineMs) {
    const { closed, carried, released, invoiced } = await closeBatches(ports, deadlineMs)
    return closed + carried + released + invoiced
  },
})

/** When the next period of each account ends that can be closed then. */
async function periodEnds(ports: DueJobPorts): Promise<number[]> {
  const ends: number[] = []
  for await (const { period } of nextPeriods(periodsOf(ports), ports.clock))
    if (period?.dueOn !== undefined) ends.push(period.endsAtMs)
  return ends
}

/** When balances that are negative are invoiced. */
async function invoiceTimes(ports: DueJobPorts): Promise<number[]> {
  const times: number[] = []
  for await (const { dueAtMs } of dueInvoices(ports)) times.push(dueAtMs)
  return times
}

const creating = (ports: DueJobPorts): DueJob => ({
  name: 'create-payouts',
  async left(virtualNowMs) {
    const unfiled = await ports.payouts.unfiledCurrencies()
    const held = await heldPayouts(ports, 'CREATED', virtualNowMs)
    let count = unfiled.length + held.length + (await releasable(ports, virtualNowMs)).length
    for await (const { standing } of standingBatches(ports, virtualNowMs))
      if (standing.kind === 'payable' || standing.kind === 'held') count++
    return count
  },
  async nextDueMs() {
    const times: number[] = []
    for await (const { standing } of standingBatches(ports, ports.clock.virtualNowMs(), { isLater: true }))
      if (standing.kind === 'waits' && standing.untilMs !== undefined) times.push(standing.untilMs)
    return firstOf(times)
  },
  async run(deadlineMs) {
    const { created, canceled, held, released, files } = await createPayouts(ports, deadlineMs)
    return created + canceled + held + released + files
  },
})

const sending = (ports: DueJobPorts): DueJob => ({
  name: 'send-payout-files',
  async left(virtualNowMs) {
    const states = (['APPROVED', 'SENT'] as const).map(state =>
      ports.payoutFiles.listByState(state, virtualNowMs, COUNTED_MAX),
    )
    return (await Promise.all(states)).flat().length
  },
  nextDueMs: () => ports.payoutFiles.nextAskMs(),
  async run(deadlineMs) {
    const { sent, accepted, rejected } = await sendFiles(ports, deadlineMs)
    return sent + accepted + rejected
  },
})

const inquiring = (ports: DueJobPorts): DueJob => ({
  name: 'inquire-payouts',
  async left(virtualNowMs) {
    return (await ports.payouts.listToAsk(virtualNowMs, COUNTED_MAX)).length
  },
  nextDueMs: () => ports.payouts.nextAskMs(),
  async run(deadlineMs) {
    const { confirmed, failed } = await inquirePayouts(ports, deadlineMs)
    return confirmed + failed
  },
})

const firstOf = (times: readonly number[]): number | undefined => (times.length === 0 ? undefined : Math.min(...times))
