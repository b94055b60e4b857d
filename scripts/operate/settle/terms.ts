/** The terms of merchants: what they are and were, and new ones from a moment on. */
import type { ChangedTerms, DatedTerms, SettlementTerms } from '../../../shared/domain/settlement-terms.ts'
import { askAccount } from '../../../shared/settlement/change-account.ts'
import { AHEAD_MS_MIN, type SetTermsOutcome, setTerms } from '../../../shared/settlement/set-terms.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { mayChange } from '../may-change.ts'
import { askedLines } from './accounts.ts'
import type { SettleAction, SettleFlags } from './settle-action.ts'

const ROWS_MAX = 500

export const terms: SettleAction = {
  changes: false,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words: [merchantId], flags: { json } }) {
    const rows = await ports.terms.listInOrder(merchantId, ROWS_MAX)
    writeJson(json, { defaults: ports.settlementDefaults, terms: rows })
    if (json === true) return 0
    for (const line of termsLines(rows, ports.settlementDefaults)) console.log(printable(line))
    return 0
  },
}

export const termsSet: SettleAction = {
  changes: true,
  role: 'operator',
  wordsMin: 1,
  wordsMax: 1,
  flags: [
    ...(['currency', 'cycle', 'delay', 'cutoff', 'timezone', 'calendar', 'vat', 'refundFee', 'payoutMin'] as const),
    ...(['reserveBp', 'reserveDays', 'invoiceAfter', 'disputeFee', 'account', 'hold', 'release', 'from'] as const),
  ],
  async run({ ports, system, words, flags, by }) {
    const merchantId = words[0]!
    const { currency, from, account } = flags
    if (currency === undefined) throw new WrongArguments('terms set wants --currency.')
    const changes = changesIn(flags)
    const all = account === undefined ? changes : { ...changes, accountToken: account }
    const question = `Give ${merchantId} these terms for ${currency}: ${JSON.stringify(all)}?`
    if (!(await mayChange(system, { typed: 'npm run settle', question, yes: flags.yes === true }))) return 1
    if (Object.keys(changes).length > 0) {
      const outcome = await setTerms(ports, { merchantId, currency, from, changes }, by)
      for (const line of outcomeLines(outcome)) console.log(printable(line))
      if (outcome.kind !== 'set') return 1
    }
    if (account === undefined) return 0
    const change = await askAccount(ports, { merchantId, currency, accountToken: account }, by)
    for (const line of askedLines(change)) console.log(printable(line))
    return 0
  },
}

/** What the flags change, but for the account. Throws WrongArguments when they change nothing at all, or hold and release. */
export function changesIn(flags: SettleFlags): ChangedTerms {
  const { hold, release, account, from } = flags
  if (hold !== undefined && release === true) throw new WrongArguments('--hold and --release do not go together.')
  const given: ChangedTerms = {
    cycle: flags.cycle,
    delayDays: flags.delay,
    cutoff: flags.cutoff,
    timezone: flags.timezone,
    calendar: flags.calendar,
    vatMode: flags.vat,
    refundFee: flags.refundFee,
    payoutMinMinor: flags.payoutMin,
    reserveBasisPoints: flags.reserveBp,
    reserveDays: flags.reserveDays,
    invoiceAfterDays: flags.invoiceAfter === 'never' ? null : flags.invoiceAfter,
    disputeFeeMinor: flags.disputeFee,
    heldReason: release === true ? null : hold,
  }
  const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const isEmpty = Object.keys(changes).length === 0
  if (isEmpty && account === undefined) throw new WrongArguments('terms set wants something that changes.')
  if (isEmpty && from !== undefined)
    throw new WrongArguments('--from does not go with --account alone: it begins a day after its approval.')
  return changes
}

const timeOf = (atMs: number): string => new Date(atMs).toISOString()

export function outcomeLines(outcome: SetTermsOutcome): string[] {
  switch (outcome.kind) {
    case 'set': {
      const { terms: set, later } = outcome
      return [
        `${set.merchantId}, ${set.currency}: from ${timeOf(set.validFromMs)} on ${termsText(set)}.`,
        ...later.map(row => `Then from ${timeOf(row.validFromMs)} on, as was written before: ${termsText(row)}.`),
      ]
    }
    case 'too_early':
      return [
        `Nothing was done: terms apply ${AHEAD_MS_MIN / 1_000} s after they are written, or later. Earliest: ${timeOf(outcome.earliestMs)} (--from soon).`,
      ]
    case 'taken':
      return [`Nothing was done: there are terms from ${timeOf(outcome.fromMs)} on, and terms are never changed.`]
  }
}

const termsText = (of: SettlementTerms): string =>
  [
    ...[`cycle ${of.cycle}`, `${of.delayDays} business days of ${of.calendar}`, `cut-off ${of.cutoff} ${of.timezone}`],
    ...[`VAT ${of.vatMode}`, `fee on refund: ${of.refundFee}`, `payouts of ${of.payoutMinMinor} or more`],
    ...(of.reserveBasisPoints === 0 ? [] : [`${of.reserveBasisPoints} bp held for ${of.reserveDays} business days`]),
    ...(of.invoiceAfterDays === null ? [] : [`invoiced after ${of.invoiceAfterDays} business days`]),
    ...(of.disputeFeeMinor === 0 ? [] : [`${of.disputeFeeMinor} for a dispute`]),
    of.accountToken === null ? 'no account' : `to ${of.accountToken}`,
    ...(of.heldReason === null ? [] : [`HELD: ${of.heldReason}`]),
  ].join(', ')

export function termsLines(rows: readonly DatedTerms[], defaults: SettlementTerms): string[] {
  const merchants = rows.map(row => [row.merchantId, row.currency, timeOf(row.validFromMs), termsText(row)])
  return tableLines([
    ['merchant', 'currency', 'from', 'terms'],
    ...merchants,
    ['all others', '', '', termsText(defaults)],
  ])
}
