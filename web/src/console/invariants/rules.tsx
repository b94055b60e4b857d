/** What the last run found: the verdict, how much it looked at, what is broken, and every sentence in its group. */
import type { Language } from '../../../../shared/contracts/errors.ts'
import type { VerifyResultView } from '../../../../shared/contracts/verify-run-views.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { invariantGroupsKo, invariantSentencesKo } from '../i18n/invariant-sentences-ko.ts'
import { formatDuration } from '../view/durations.ts'
import { Moment } from '../view/moment.tsx'
import { groupsOf, type Rule, type RuleGroup, stateOf } from './groups.ts'
import { LinkedIds } from './linked-ids.tsx'

/** A rule that is newer than this page keeps the words that it came with. */
const sentenceOf = ({ name, sentence }: Rule, language: Language): string =>
  language === 'ko' ? (invariantSentencesKo[name] ?? sentence) : sentence
const headingOf = (group: string, language: Language): string =>
  language === 'ko' ? (invariantGroupsKo[group] ?? group) : group

const useCount = () => {
  const language = useLanguage()
  return (count: number) => count.toLocaleString(language)
}

export function Result({ result }: { result: VerifyResultView }) {
  const { t } = useConsoleTexts()
  const broken = result.rules.filter(({ failed }) => failed > 0)
  const groups = groupsOf(result.rules)
  return (
    <>
      <Verdict rules={result.rules} />
      {result.acquirerSkipped !== null && (
        <p className="console-undecided">{t('invariants.skipped', { why: result.acquirerSkipped })}</p>
      )}
      {broken.length > 0 && (
        <section aria-labelledby="broken-title" className="invariant-broken">
          <h2 id="broken-title">{t('invariants.brokenTitle')}</h2>
          <ul className="invariant-rules">
            {broken.map(rule => (
              <RuleRow key={rule.name} rule={rule} />
            ))}
          </ul>
        </section>
      )}
      <Summary result={result} />
      <Contents groups={groups} />
      {groups.map((group, index) => (
        <Group key={group.group} group={group} anchor={anchorOf(index)} />
      ))}
    </>
  )
}

const anchorOf = (index: number): string => `group-${index + 1}`

/** Every group in a word: on a narrow screen the sentences are many pages long. */
function Contents({ groups }: { groups: readonly RuleGroup[] }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <nav aria-label={t('invariants.groups')} className="console-chips invariant-contents">
      {groups.map(({ group, rules, broken }, index) => (
        <a key={group} href={`#${anchorOf(index)}`} className={broken > 0 ? 'chip invariant-chip-broken' : 'chip'}>
          {headingOf(group, language)}{' '}
          <span className="small">
            {broken > 0
              ? t('invariants.groupBroken', { total: rules.length, broken })
              : t('invariants.groupHolds', { total: rules.length })}
          </span>
        </a>
      ))}
    </nav>
  )
}

function Verdict({ rules }: { rules: readonly Rule[] }) {
  const { t } = useConsoleTexts()
  const countOf = useCount()
  const total = rules.length
  const broken = rules.filter(({ failed }) => failed > 0).length
  const undecided = rules.reduce((sum, { pending }) => sum + pending, 0)
  return (
    <>
      <p className={`invariant-verdict tag-${broken > 0 ? 'bad' : 'good'}`} data-broken={broken}>
        {broken > 0 ? t('invariants.broken', { total, broken }) : t('invariants.allHold', { total })}
      </p>
      {undecided > 0 && <p className="console-undecided">{t('invariants.undecided', { rows: countOf(undecided) })}</p>}
    </>
  )
}

function Summary({ result: { run, figures } }: { result: VerifyResultView }) {
  const { t } = useConsoleTexts()
  const countOf = useCount()
  const language = useLanguage()
  const tookMs = Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt ?? '')
  const facts = [
    ['finishedAt', run.finishedAt === null ? '' : <Moment key="at" at={run.finishedAt} />],
    ['took', formatDuration(tookMs, language)],
    ['askedBy', run.askedBy],
    ['payments', countOf(figures.payments)],
    ['events', countOf(figures.outboxRows)],
    ['records', countOf(figures.kafkaRecords)],
    ['duplicates', countOf(figures.duplicates)],
    ['decisions', figures.acquirerDecisions === null ? t('payment.none') : countOf(figures.acquirerDecisions)],
  ] as const
  return (
    <section aria-labelledby="summary-title">
      <h2 id="summary-title">{t('invariants.summary')}</h2>
      <dl className="facts invariant-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`invariants.${name}`)}</dt>
            <dd className="amount">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Group({ group: { group, rules, broken }, anchor }: { group: RuleGroup; anchor: string }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const total = rules.length
  return (
    <section aria-labelledby={anchor} className="invariant-group" data-group={group}>
      <h2 id={anchor} tabIndex={-1}>
        {headingOf(group, language)}{' '}
        <span className="small">
          {broken > 0 ? t('invariants.groupBroken', { total, broken }) : t('invariants.groupHolds', { total })}
        </span>
      </h2>
      <ul className="invariant-rules">
        {rules.map(rule => (
          <RuleRow key={rule.name} rule={rule} withRows={rule.failed === 0} />
        ))}
      </ul>
    </section>
  )
}

const tones = { broken: 'bad', undecided: 'undecided', ok: 'good' } as const

/** Of a broken one in its group the rows are left out: they stand at the beginning of the page. */
function RuleRow({ rule, withRows = true }: { rule: Rule; withRows?: boolean }) {
  const { t } = useConsoleTexts()
  const countOf = useCount()
  const language = useLanguage()
  const state = stateOf(rule)
  const { name, checked, failed } = rule
  return (
    <li className="invariant-rule" data-rule={name} data-state={state}>
      <span className={`tag tag-${tones[state]}`}>{t(`invariants.states.${state}`)}</span>
      <span className="invariant-sentence">
        {sentenceOf(rule, language)} <code className="small">{name}</code>
      </span>
      <span className="amount small">
        {failed > 0 && `${t('invariants.brokenRows', { rows: countOf(failed) })} · `}
        {t('invariants.checked', { rows: countOf(checked) })}
      </span>
      {withRows && <Offenders rule={rule} />}
    </li>
  )
}

function Offenders({ rule }: { rule: Rule }) {
  const { t } = useConsoleTexts()
  const countOf = useCount()
  const { rows, failed, pending } = rule
  const more = (failed > 0 ? failed : pending) - rows.length
  if (rows.length === 0) return null
  return (
    <ul className="invariant-rows">
      {rows.map(({ row, problem }) => (
        // In every language `verify` says it in English.
        <li key={`${row}: ${problem}`} lang="en">
          <LinkedIds text={row} />: <LinkedIds text={problem} />
        </li>
      ))}
      {more > 0 && <li>… {t('invariants.more', { rows: countOf(more) })}</li>}
    </ul>
  )
}
