/** One break: what was expected and found, everything that was done with it, and what can be done next. */
import { getRouteApi, Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ExplainedBreakView } from '../../../../shared/contracts/break-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { BreakActions } from './break-actions.tsx'
import { Age } from './break-rows.tsx'
import { type Fact, Facts, Rows } from './list-parts.tsx'
import { missedFrom, missedMinor } from './missed.ts'
import { isMissing, Missing } from './missing.tsx'
import { type ProposedAction, proposalIn, useAccountText, useProposalText } from './proposals.ts'
import { BreakTag } from './tags.tsx'

const route = getRouteApi('/reconciliation/breaks/$breakId')

export function BreakPage() {
  const { t } = useConsoleTexts()
  const { breakId } = route.useParams()
  const read = useOperatorQuery('inspectBreak', { path: { breakId } })
  return (
    <article aria-labelledby="break-title">
      <p>
        <Link to="/reconciliation/breaks">← {t('settlement.break.back')}</Link>
      </p>
      <h1 id="break-title">{t('settlement.break.title', { id: breakId })}</h1>
      {isMissing(read) ? (
        <Missing title={t('settlement.break.missing')} read={read} />
      ) : (
        <Loaded read={read} loading={t('settlement.break.loading')} failed={t('settlement.break.failed')}>
          {found => <Story of={found} />}
        </Loaded>
      )}
    </article>
  )
}

function Story({ of }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const missed = missedMinor(of)
  return (
    <>
      <p className="payment-heading">
        <strong className="payment-amount">{formatMoney(missed ?? of.remaining, of.currency, language)}</strong>{' '}
        <BreakTag state={of.state} />{' '}
        {missed === undefined
          ? t(`settlement.breakClasses.${of.class}`)
          : t(`settlement.break.missed.${missedFrom(of)}`)}
      </p>
      <Proposal of={of} />
      <BreakActions of={of} />
      <div className="room-grid">
        <InShort of={of} />
        <Differences of={of} />
        <Line of={of} />
        <Expected of={of} />
      </div>
      <Hints of={of} />
      <Actions of={of} />
    </>
  )
}

/** What waits for an approval. */
function Proposal({ of }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const textOf = useProposalText()
  const proposal = proposalIn(of)
  if (proposal === undefined) return null
  return (
    <p className="console-undecided" role="status">
      {t('settlement.break.proposal', { who: proposal.actor, what: textOf(proposal, of.currency) })}
    </p>
  )
}

function Section({ id, title, facts }: { id: string; title: string; facts: readonly (Fact | undefined)[] }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <Facts facts={facts} />
    </section>
  )
}

function InShort({ of }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { file, fileId, payoutId } = of
  return (
    <Section
      id="break-facts"
      title={t('settlement.break.facts')}
      facts={[
        [t('settlement.breaks.booked'), formatMoney(of.booked, of.currency, language), true],
        [t('settlement.breaks.remaining'), formatMoney(of.remaining, of.currency, language), true],
        [t('settlement.breaks.openedOn'), of.openedOn],
        [t('settlement.breaks.age'), <Age key="age" of={of} />],
        of.closedAt === null ? undefined : [t('settlement.break.closedAt'), <Moment key="closed" at={of.closedAt} />],
        [t('settlement.breaks.assignee'), of.assignee ?? t('settlement.none')],
        [t('settlement.breaks.source'), of.sourceId],
        [t('settlement.break.subject'), <code key="subject">{of.subject}</code>],
        fileId === null
          ? undefined
          : [
              t('settlement.break.file'),
              <Link key="file" to="/reconciliation/files/$fileId" params={{ fileId }}>
                {file?.name ?? fileId}
              </Link>,
            ],
        of.batchRef === null ? undefined : [t('settlement.break.batchRef'), of.batchRef],
        payoutId === null ? undefined : [t('settlement.break.payout'), <code key="payout">{payoutId}</code>],
      ]}
    />
  )
}

const money = ['amount', 'fee', 'vat'] as const
const differing = ['amount', 'fee', 'vat', 'currency', 'day'] as const

interface BothSides {
  expected: number | string
  found: number | string
}

function Differences({ of }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const textOf = (name: string, value: number | string) =>
    typeof value === 'number' && money.some(each => each === name) ? formatMoney(value, of.currency, language) : value
  const rows = differing.flatMap(name => {
    const sides = of.differences[name] as BothSides | undefined
    return sides === undefined
      ? []
      : [{ name, expected: textOf(name, sides.expected), found: textOf(name, sides.found) }]
  })
  const alone = (['status', 'dueOn'] as const).flatMap((name): Fact[] => {
    const value = of.differences[name]
    return typeof value === 'string' ? [[t(`settlement.break.differences.${name}`), value]] : []
  })
  if (rows.length + alone.length === 0) return null
  return (
    <section aria-labelledby="break-differs">
      <h2 id="break-differs">{t('settlement.break.found')}</h2>
      {rows.length > 0 && (
        <Rows
          rows={rows}
          keyOf={({ name }) => name}
          labelledBy="break-differs"
          empty=""
          columns={[
            { label: t('settlement.break.kind'), cell: ({ name }) => t(`settlement.break.differences.${name}`) },
            { label: t('settlement.break.expected'), isAmount: true, cell: ({ expected }) => expected },
            { label: t('settlement.break.actual'), isAmount: true, cell: ({ found }) => found },
          ]}
        />
      )}
      <Facts facts={alone} />
    </section>
  )
}

function Line({ of: { line } }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  if (line === null) return null
  const amount = (minor: number) => formatMoney(minor, line.currency, language)
  const text = (name: string, value: string | null): Fact | undefined => (value === null ? undefined : [name, value])
  return (
    <Section
      id="break-line"
      title={t('settlement.break.line')}
      facts={[
        [t('settlement.break.lineNo'), line.lineNo],
        [t('settlement.break.kind'), line.kind],
        [
          t('settlement.break.matchKey'),
          line.matchKey === '' ? t('settlement.none') : <code key="key">{line.matchKey}</code>,
        ],
        [t('settlement.amount'), amount(line.amount), true],
        [t('settlement.batch.fee'), amount(line.fee), true],
        [t('settlement.batch.vat'), amount(line.vat), true],
        [t('settlement.break.net'), amount(line.net), true],
        [t('settlement.break.bookedOn'), line.bookedOn],
        text(t('settlement.break.valueOn'), line.valueOn),
        text(t('settlement.break.batchRef'), line.batchRef),
        text(t('settlement.break.partyAccount'), line.partyAccount),
        text(t('settlement.break.remittance'), line.remittance),
      ]}
    />
  )
}

function Expected({ of: { expectation, operation } }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  if (expectation === null && operation === null) return null
  const paymentId = operation?.paymentId ?? expectation?.paymentId
  const link: Fact | undefined =
    paymentId === undefined || paymentId === null ? undefined : [t('settlement.break.payment'), paymentLink(paymentId)]
  return (
    <Section
      id="break-expected"
      title={t('settlement.break.expectation')}
      facts={[
        ...(expectation === null
          ? []
          : ([
              [t('settlement.amount'), formatMoney(expectation.amount, expectation.currency, language), true],
              [t('settlement.batch.fee'), formatMoney(expectation.fee, expectation.currency, language), true],
              [t('settlement.batch.vat'), formatMoney(expectation.vat, expectation.currency, language), true],
              [t('settlement.break.dueOn'), expectation.dueOn ?? t('settlement.none')],
            ] satisfies Fact[])),
        operation === null
          ? undefined
          : [
              t('settlement.break.operation'),
              `${t(`timeline.kinds.${operation.kind}`)} · ${t(`timeline.states.${operation.state}`)}`,
            ],
        operation === null ? undefined : [t('settlement.merchant'), operation.merchantId],
        link,
      ]}
    />
  )
}

const paymentLink = (paymentId: string): ReactNode => (
  <Link to="/payments/$paymentId" params={{ paymentId }}>
    <code>{paymentId}</code>
  </Link>
)

function Hints({ of }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  if (of.hints.length === 0) return null
  return (
    <section aria-labelledby="break-hints">
      <h2 id="break-hints">{t('settlement.break.hints')}</h2>
      <ul className="room-hints">
        {of.hints.map(({ account, target, amount, dueOn }) => (
          <li key={`${account} ${target}`}>
            {t('settlement.break.hint', {
              ...{ account, target, dueOn: dueOn ?? t('settlement.none') },
              amount: formatMoney(amount, of.currency, language),
            })}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Actions({ of: { actions, currency } }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const accountText = useAccountText()
  return (
    <section aria-labelledby="break-story">
      <h2 id="break-story">{t('settlement.break.story')}</h2>
      <Rows<ProposedAction>
        rows={actions}
        keyOf={({ sequence }) => String(sequence)}
        labelledBy="break-story"
        empty={t('settlement.break.storyEmpty')}
        columns={[
          { label: t('settlement.break.at'), cell: ({ at }) => <Moment at={at} /> },
          {
            label: t('settlement.break.who'),
            cell: ({ actor }) => (actor === 'system' ? t('settlement.break.system') : actor),
          },
          { label: t('settlement.break.action'), cell: ({ action }) => t(`settlement.breakActions.${action}`) },
          {
            label: t('settlement.amount'),
            isAmount: true,
            cell: ({ amount }) => (amount === null ? '' : formatMoney(amount, currency, language)),
          },
          {
            label: t('settlement.break.account'),
            cell: ({ account, target }) =>
              [account && accountText(account), target].filter(each => each !== null).join(' · '),
          },
          { label: t('settlement.break.why'), cell: ({ reason }) => <span className="room-why">{reason}</span> },
        ]}
      />
    </section>
  )
}
