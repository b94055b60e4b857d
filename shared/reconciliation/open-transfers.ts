/** Transfers between our own accounts of which one line has come: what of cash_in_transit is ours, and what of it waits too long. */
import type { Clock } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { lastMissed } from './age-bank.ts'
import { dayAt } from './business-day.ts'
import type { OpenTransfer, OpenTransfers, ReconSource, ReconSources } from './ports.ts'

export interface OpenTransferPorts {
  allocations: OpenTransfers
  reconSources: Pick<ReconSources, 'list'>
  calendars: Calendars
  clock: Clock
}

export interface AgedTransfer extends OpenTransfer {
  /** `slaDays` business days after its line are over. */
  isLate: boolean
}

/** The oldest first, as of this moment (virtual time). Throws DependencyUnavailableError. */
export async function openTransfers(ports: OpenTransferPorts): Promise<AgedTransfer[]> {
  await ports.clock.catchUp()
  const open = await ports.allocations.listOpen()
  if (open.length === 0) return []
  const banks = (await ports.reconSources.list()).filter(({ kind }) => kind === 'bank')
  const each = banks.map(async source => [source.sourceId, await lastDayOf(ports, source)] as const)
  const lastDays = new Map(await Promise.all(each))
  return open.map(transfer => ({ ...transfer, isLate: transfer.bookedOn <= (lastDays.get(transfer.sourceId) ?? '') }))
}

async function lastDayOf(ports: OpenTransferPorts, { calendar, slaDays, ...source }: ReconSource): Promise<string> {
  const today = dayAt(source, ports.clock.virtualNowMs())
  return lastMissed(await ports.calendars.calendar(calendar), today, slaDays) ?? ''
}
