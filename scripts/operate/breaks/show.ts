/** One break: what was expected and found, what was done with it, and what can be done next. */
import { bucketOf } from '../../../shared/domain/break-age.ts'
import type { AgeOf } from '../../../shared/reconciliation/age-of-breaks.ts'
import { wantedIn } from '../../../shared/reconciliation/break-plans.ts'
import { proposalIn } from '../../../shared/reconciliation/decide-breaks.ts'
import { accountFor, explainBreak } from '../../../shared/reconciliation/explain-break.ts'
import type { Suggestion } from '../../../shared/reconciliation/find-by-amount.ts'
import type {
  BreakContext,
  BreakDifferences,
  NamedOperation,
  ReconBreak,
  ReconBreakAction,
} from '../../../shared/reconciliation/ports.ts'
import type { Expectation } from '../../../shared/settlement/ports.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { type BreaksAction, breakIdIn } from './breaks-action.ts'

export const show: BreaksAction = {
  changes: false,
  wordsMin: 1,
  wordsMax: 1,
  flags: ['json'],
  async run({ ports, words, flags: { json } }) {
    const breakId = breakIdIn(words[0]!)
    const explained = await explainBreak(ports, breakId)
    if (explained === undefined) {
      console.error('There is no such break: `npm run breaks -- list` lists the open ones.')
      return 1
    }
    const { found, actions, context, ageOf, suggestions, corrections } = explained
    writeJson(json, { ...found, actions, ...context, suggestions, corrections })
    const hints = [...suggestions.map(suggestionLine), ...corrections.map(correctionLine)]
    const lines = [...showLines(found, actions, context, ageOf), ...hints]
    if (json !== true) for (const line of lines) console.log(printable(line))
    return 0
  },
}

export const suggestionLine = ({ kind, subject, amountMinor, dueOn }: Suggestion): string =>
  `It may be for the ${kind} ${subject} (${amountMinor}, due ${dueOn ?? 'on no day'}): --to ${accountFor[kind]} --target ${subject}`

export const correctionLine = ({ expectationId, amountMinor, dueOn, matchKey }: Expectation): string =>
  `It may be the correction ${expectationId} (${amountMinor}, due ${dueOn ?? 'on no day'}, of ${matchKey}): --to acquirer_receivable --target ${expectationId}`

export function showLines(
  of: ReconBreak,
  actions: readonly ReconBreakAction[],
  context: BreakContext,
  ageOf: AgeOf,
): string[] {
  return [
    ...headLines(of, ageOf),
    ...differenceLines(of.differences),
    ...contextLines(of, context),
    ...actionLines(actions),
    ...nextLines(of, actions),
  ]
}

function headLines(of: ReconBreak, ageOf: AgeOf): string[] {
  const { breakId, class: name, state, sourceId, subject, openedOn, closedAtMs } = of
  const days = ageOf(of)
  const age = closedAtMs === null ? `open for ${days} business days, ${escalationText(days)}` : 'closed'
  return [
    `${breakId}  ${name} of ${sourceId}, ${state}${of.assignee === null ? '' : ` (${of.assignee})`}, version ${of.version}`,
    `opened ${openedOn}, ${age}; about ${subject}`,
    `put ${of.bookedMinor} ${of.currency} on recon_suspense, ${of.remainingMinor} remain (minor units, debit positive)`,
  ]
}

function escalationText(days: number): string {
  const { escalation } = bucketOf(days)
  return escalation === 'none' ? 'for nobody yet' : `for ${escalationWords[escalation]}`
}

const escalationWords = { operator: 'an operator', lead: 'the lead', finance: 'the head of finance' } as const

/** What differs, in words. */
export function differenceLines({ amount, fee, vat, currency, day, status, dueOn }: BreakDifferences): string[] {
  const both = { amount, fee, VAT: vat, currency, day }
  const lines = Object.entries(both).flatMap(([name, found]) =>
    found === undefined ? [] : [`${name}: expected ${found.expected}, found ${found.found}`],
  )
  return [
    ...lines,
    ...(dueOn === undefined ? [] : [`it was due on ${dueOn}`]),
    ...(status === undefined ? [] : [`here it is ${status}`]),
  ]
}

function contextLines(
  { batchRef, payoutId }: ReconBreak,
  { file, line, expectation, operation }: BreakContext,
): string[] {
  return [
    ...(line === null ? [] : [`line ${line.lineNo} of ${file?.name ?? line.fileId}: ${lineText(line)}`]),
    ...(operation === null ? [] : [operationLine(operation)]),
    ...(expectation === null ? [] : [`expectation ${expectation.expectationId}: ${expectationText(expectation)}`]),
    ...(batchRef === null ? [] : [`batch of the acquirer ${batchRef}`]),
    ...(payoutId === null ? [] : [`payout ${payoutId}`]),
  ]
}

const lineText = (line: NonNullable<BreakContext['line']>): string =>
  [
    `${line.kind} ${line.matchKey || 'without a reference'}`,
    `amount ${line.amountMinor}, fee ${line.feeMinor}, VAT ${line.vatMinor}, net ${line.netMinor} ${line.currency}`,
    `day ${line.bookedOn}${line.valueOn === null ? '' : `, paid ${line.valueOn}`}`,
    ...(line.batchRef === null ? [] : [`batch ${line.batchRef}`]),
    ...(line.partyAccount === null ? [] : [`account ${line.partyAccount}`]),
    ...(line.remittance === null ? [] : [`“${line.remittance}”`]),
  ].join('; ')

const operationLine = ({ operationId, kind, state, paymentId, merchantId }: NamedOperation): string =>
  `operation ${operationId}: ${kind}, ${state}; payment ${paymentId} of merchant ${merchantId}`

const expectationText = (of: NonNullable<BreakContext['expectation']>): string =>
  [
    `${of.kind} ${of.matchKey}`,
    `amount ${of.amountMinor}, fee ${of.feeMinor}, VAT ${of.vatMinor} ${of.currency}`,
    `due ${of.dueOn ?? 'on no day'}`,
    ...(of.paymentId === null ? [] : [`payment ${of.paymentId}`]),
  ].join('; ')

function actionLines(actions: readonly ReconBreakAction[]): string[] {
  if (actions.length === 0) return []
  const rows = actions.map(({ sequence, atMs, actor, action, account, target, amountMinor, reason }) => [
    ...[String(sequence), new Date(atMs).toISOString(), actor, action],
    ...[amountMinor === null ? '' : String(amountMinor), [account, target].filter(Boolean).join(' '), reason],
  ])
  return tableLines([['', 'at (virtual)', 'who', 'action', 'amount', 'account', 'why'], ...rows], [0, 4])
}

/** What is proposed, in words. */
export function proposalText(proposal: ReconBreakAction, currency: string): string {
  const wanted = wantedIn(proposal)
  switch (wanted.kind) {
    case 'close':
      return 'to close it'
    case 'give_up':
      return `to give up ${proposal.target} (${proposal.account})`
    case 'resolve':
      return `${wanted.amountMinor} ${currency} to ${wanted.account}${wanted.target === undefined ? '' : ` ${wanted.target}`}`
  }
}

function nextLines(of: ReconBreak, actions: readonly ReconBreakAction[]): string[] {
  if (of.closedAtMs !== null) return [`It is ${of.state}: nothing more can be done with it.`]
  const proposal = of.state === 'PROPOSED' ? proposalIn(actions) : undefined
  const typed = (words: string) => `  npm run breaks -- ${words} --reason TEXT`
  if (proposal !== undefined)
    return [
      `${proposal.actor} proposes ${proposalText(proposal, of.currency)}. Another person, an approver:`,
      ...[typed(`approve ${of.breakId}`), typed(`refuse ${of.breakId}`)],
    ]
  return ['Next:', ...stepsOf(of).map(typed)]
}

function stepsOf({ breakId, class: name, remainingMinor }: ReconBreak): string[] {
  if (remainingMinor !== 0) return [`propose ${breakId} --to ACCOUNT`]
  return name === 'MISSING_THERE' ? [`give-up ${breakId}`] : [`close ${breakId}`]
}
