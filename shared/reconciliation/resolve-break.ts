/** Plans how an amount of a break goes to its counter-account, with all that has to change besides. */
import { ofMerchant, takesTarget } from '../contracts/counter-accounts.ts'
import { type CounterAccount, counterAccounts } from '../contracts/lists.ts'
import { RECEIVABLE } from '../domain/recon-ledger.ts'
import { collectInvoice } from '../settlement/lose-invoice.ts'
import type { Invoice } from '../settlement/ports.ts'
import { writeItems } from '../settlement/write-items.ts'
import { actOnBreak } from './act-on-breaks.ts'
import {
  ANOTHER_BREAK,
  type Effect,
  type Part,
  type Plan,
  type Planning,
  type Refusal,
  refused,
  type Wanted,
  type Written,
} from './break-plans.ts'
import { planReceivable } from './correct-receivable.ts'
import { lockOneBatch } from './one-batch.ts'
import { isInTransit, lockPayout, payByBreak } from './pay-by-break.ts'

/** Throws DependencyUnavailableError. */
export async function planResolution(
  planning: Planning,
  wanted: Extract<Wanted, { kind: 'resolve' }>,
): Promise<Plan | Refusal> {
  const { remainingMinor } = planning.of
  const { account, target = '', amountMinor = remainingMinor } = wanted
  const name = counterAccountIn(account)
  if (name === undefined) return refused('no_such_account')
  if (target === '' && takesTarget[name] === 'always') return refused('wants_target')
  if (target !== '' && takesTarget[name] === 'never') return refused('takes_no_target')
  const part: Part = { ...planning, account, amountMinor, target }
  const refusal = refusedAmount(part, name)
  if (refusal !== undefined) return refusal
  const effect = await effects[name](part)
  return 'kind' in effect ? effect : planOf(part, effect)
}

const planOf = ({ account, amountMinor, target }: Part, { write, ...effect }: Effect): Plan => ({
  kind: 'planned',
  step: {
    ...{ action: 'approve', account, amountMinor, closesAs: 'RESOLVED' },
    ...(target === '' ? {} : { target }),
    movements: [{ type: 'resolved', signedMinor: amountMinor, account }],
    ...effect,
  },
  ...(write === undefined ? {} : { write }),
})

/** By its name up to a colon, which only a merchant's has. */
export function counterAccountIn(account: string): CounterAccount | undefined {
  const [name, merchantId, ...rest] = account.split(':')
  const found = counterAccounts.find(each => each === name)
  if (found === undefined || rest.length > 0) return undefined
  const wantsMerchant = ofMerchant.some(each => each === found)
  return wantsMerchant === (merchantId !== undefined && merchantId !== '') ? found : undefined
}

/** A part of what remains, on its side. What is paid or settled as a whole and another break may turn it over, but never make more of it. */
function refusedAmount({ of, other, amountMinor, target }: Part, name: CounterAccount): Refusal | undefined {
  const { remainingMinor } = of
  if (amountMinor === 0) return refused('nothing_remains')
  if (name === 'recon_gain' && amountMinor > 0) return refused('other_side')
  if (name === 'recon_loss' && amountMinor < 0) return refused('other_side')
  const afterMinor = remainingMinor - amountMinor
  const otherMinor = other?.remainingMinor ?? 0
  const moreMinor = Math.abs(afterMinor) - Math.abs(remainingMinor)
  if (name === ANOTHER_BREAK)
    return moreMinor + Math.abs(otherMinor + amountMinor) > Math.abs(otherMinor) ? refused('too_much') : undefined
  const isWhole = name === 'payout_in_transit' || (name === 'acquirer_receivable' && target !== '')
  const turns = !isWhole && afterMinor !== 0 && afterMinor > 0 !== remainingMinor > 0
  return moreMinor >= 0 || turns ? refused('too_much') : undefined
}

const nothingElse = async (): Promise<Effect> => ({})
const writesOff = async (): Promise<Effect> => ({ closesAs: 'WRITTEN_OFF' })

const effects: Record<CounterAccount, (part: Part) => Promise<Effect | Refusal>> = {
  acquirer_receivable: planReceivable,
  async cash_in_transit({ ports, tx, of, amountMinor, target }) {
    const batch = await lockOneBatch(ports.acquirerBatches, tx, target, of.currency)
    if (batch === undefined) return refused('no_such_target')
    return { write: () => ports.acquirerBatches.add(tx, batch, { movedMinor: -amountMinor }) }
  },
  async payout_in_transit({ ports, tx, of, amountMinor, target }) {
    const payout = await lockPayout(ports, tx, target)
    if (payout === undefined) return refused('no_such_target')
    if (payout.currency !== of.currency) return refused('other_currency')
    if (!isInTransit(payout)) return refused('not_in_transit')
    if (payout.amountMinor !== amountMinor) return refused('other_amount')
    return { write: () => payByBreak(ports, tx, payout, of) }
  },
  merchant_payable: async part => ({ write: written => writeAdjustment(part, written) }),
  async merchant_receivable(part) {
    const { ports, tx, of, account, amountMinor, target } = part
    const invoice = await ports.invoices.lock(tx, target)
    if (invoice?.merchantId !== merchantIn(account)) return refused('no_such_target')
    if (invoice.currency !== of.currency) return refused('other_currency')
    if (amountMinor > 0) return refused('other_side')
    if (invoice.remainingMinor < -amountMinor) return refused('too_much')
    return { write: () => writeCollected(part, invoice) }
  },
  own_funds: nothingElse,
  acquirer_fee: nothingElse,
  vat_receivable: nothingElse,
  recon_gain: writesOff,
  recon_loss: writesOff,
  async recon_suspense(part) {
    const { of, other, amountMinor } = part
    if (other === undefined || other.breakId === of.breakId) return refused('no_such_target')
    if (other.closedAtMs !== null) return refused('target_closed')
    if (other.currency !== of.currency) return refused('other_currency')
    return {
      movements: [{ type: 'resolved', signedMinor: amountMinor, account: RECEIVABLE }],
      write: written => writeTakenOver(part, other, written),
    }
  },
}

/** The payable is a debt: what is debited to it is taken from the merchant. */
async function writeAdjustment({ ports, tx, of, account, amountMinor }: Part, { eventId }: Written): Promise<void> {
  const adjustment = {
    ...({ merchantId: merchantIn(account), currency: of.currency, eventId, type: 'adjustment' } as const),
    ...{ netMinor: -amountMinor, atMs: ports.clock.virtualNowMs() },
  }
  await writeItems(ports, tx, [adjustment])
}

/** What came from the merchant pays the invoice. */
async function writeCollected({ ports, tx, of, amountMinor }: Part, invoice: Invoice): Promise<void> {
  const { invoiceId, merchantId, currency } = invoice
  const part = { invoiceId, merchantId, currency, amountMinor: -amountMinor, breakId: of.breakId }
  const { kind } = await collectInvoice(ports, tx, part)
  if (kind !== 'collected') throw new Error(`${invoiceId} was locked, and is changed`)
}

const merchantIn = (account: string): string => account.slice(account.indexOf(':') + 1)

async function writeTakenOver(
  { ports, tx, of, amountMinor }: Part,
  other: NonNullable<Planning['other']>,
  { eventId, by }: Written,
): Promise<void> {
  await actOnBreak(ports, tx, other, {
    ...{ ...by, action: 'take_over', account: ANOTHER_BREAK, target: of.breakId, amountMinor: -amountMinor },
    movements: [{ type: 'taken_over', signedMinor: amountMinor }],
    ...{ closesAs: 'RESOLVED', bookedUnder: eventId },
  })
}
