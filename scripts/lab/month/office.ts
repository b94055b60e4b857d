/** The people of the month: they set terms and approve payouts with the product's own use cases, as its commands do. */
import { Ports } from '../../../shared/runtime/wiring.ts'
import { approveAccount, askAccount } from '../../../shared/settlement/change-account.ts'
import { approveFile } from '../../../shared/settlement/decide-file.ts'
import { addOperator, type OperatorChange } from '../../../shared/settlement/operators.ts'
import { setTerms } from '../../../shared/settlement/set-terms.ts'
import type { FoundSystem } from '../../operate/find-system.ts'
import type { Merchant } from './merchants.ts'

/** Who prepares, and who approves: two people. */
export const PREPARER = 'han'
export const APPROVER = 'kim'
const FILES_MAX = 100

export type OfficePorts = Ports['forBatches']

export const officePorts = (system: FoundSystem): OfficePorts =>
  new Ports(() => ({ ...system.config, offline: true })).forBatches

/** Throws when the system has operators already: it is not a new one. */
export async function openOffice(ports: OfficePorts): Promise<void> {
  const by = { databaseLogin: 'lab' }
  const approver = await addOperator(ports, by, { name: APPROVER, role: 'approver', reason: 'the month begins' })
  const token = tokenOf(approver)
  tokenOf(await addOperator(ports, { token }, { name: PREPARER, role: 'operator', reason: 'the month begins' }))
}

function tokenOf(change: OperatorChange): string {
  if (change.kind === 'refused') throw new Error(`no operator could be added: ${change.reason}`)
  return change.token!
}

/** They apply a minute later; an account a day later, when the other one has approved it. */
export async function agreeOn(
  ports: OfficePorts,
  { merchantId, currency, terms: { accountToken, ...changes } }: Pick<Merchant, 'merchantId' | 'currency' | 'terms'>,
  reason: string,
): Promise<void> {
  const by = { actor: PREPARER, reason }
  if (Object.keys(changes).length > 0) {
    const { kind } = await setTerms(ports, { merchantId, currency, from: 'soon', changes }, by)
    if (kind !== 'set') throw new Error(`the terms of ${merchantId} are ${kind}`)
  }
  if (accountToken == null) return
  const { changeId } = await askAccount(ports, { merchantId, currency, accountToken }, by)
  const { kind } = await approveAccount(ports, changeId, { actor: APPROVER, reason })
  if (kind !== 'approved') throw new Error(`the account of ${merchantId} is ${kind}`)
}

/** Returns how many files were approved. */
export async function approveAll(ports: OfficePorts): Promise<number> {
  const doorbell = { ring: async () => undefined }
  const waiting = await ports.payoutFiles.listByState('PREPARED', Number.MAX_SAFE_INTEGER, FILES_MAX)
  for (const { fileId } of waiting)
    await approveFile({ ...decidePorts(ports), doorbell }, fileId, { actor: APPROVER, reason: 'the daily look' })
  return waiting.length
}

const decidePorts = ({
  transactions,
  payouts,
  payoutFiles,
  settlementLedger,
  outbox,
  auditLog,
  clock,
  ids,
  terms,
  settlementDefaults,
}: OfficePorts) => ({
  ...{ transactions, payouts, payoutFiles, settlementLedger, outbox, auditLog, clock, ids, terms, settlementDefaults },
})
