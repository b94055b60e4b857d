/** Each control account: what the last whole pass of the check said of it, and its comparison with its subledger when somebody asks. */
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import type { ComparedControl, ComparisonResult } from '../../../../shared/contracts/ledger-limits.ts'
import type { LedgerView } from '../../../../shared/contracts/routes/get-ledger.ts'
import { useConsoleParts, useConsoleTexts, useLanguage } from '../console-context.ts'
import { Failure } from '../view/failure.tsx'
import { Moment } from '../view/moment.tsx'
import { AccountWords } from './account-name.tsx'
import { LISTED_MAX, noTotals, type Totals, withPage } from './comparison.ts'
import { formatSum } from './sums.ts'

type Group = LedgerView['groups'][number]

interface ControlsProps {
  groups: readonly Group[]
  passEndedAt: string | null
}

export function Controls({ groups, passEndedAt }: ControlsProps) {
  const { t } = useConsoleTexts()
  const shown = groups.filter(({ comparable, lastPass }) => comparable || lastPass !== null)
  if (shown.length === 0) return null
  return (
    <section aria-labelledby="controls-title" className="ledger-section">
      <h2 id="controls-title">{t('ledger.controls')}</h2>
      <p className="small">{t('ledger.controlsSay')}</p>
      <ul className="ledger-controls">
        {shown.map(group => (
          <li key={group.name} data-control={group.name}>
            <h3>
              <AccountWords account={group.name} /> <code>{group.name}</code>
            </h3>
            {group.lastPass !== null && passEndedAt !== null && (
              <LastPass differences={group.lastPass} endedAt={passEndedAt} />
            )}
            {group.comparable && <Comparison control={group.name as ComparedControl} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function LastPass({ differences, endedAt }: { differences: NonNullable<Group['lastPass']>; endedAt: string }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <p className="ledger-pass">
      <span className="small">
        {t('ledger.lastPass')} <Moment at={endedAt} />
      </span>{' '}
      {differences.map(({ currency, difference }) =>
        difference === '0' ? (
          <span key={currency} className="tag tag-good">
            ✓ {currency} {t('ledger.results.equal')}
          </span>
        ) : (
          <span key={currency} className="tag tag-bad">
            ✕ {t('ledger.differsBy', { amount: formatSum(difference, currency, language) })}
          </span>
        ),
      )}
    </p>
  )
}

type Run =
  | { kind: 'idle' }
  | { kind: 'running' | 'stopped' | 'done'; totals: Totals }
  | { kind: 'failed'; totals: Totals; failure: unknown }

/** One request after the other, until all accounts are compared, somebody stops it, or the page is left. */
function useComparison(control: ComparedControl) {
  const { session } = useConsoleParts()
  const [run, setRun] = useState<Run>({ kind: 'idle' })
  const current = useRef(0)
  // Whoever leaves the page asks for nothing more.
  useEffect(
    () => () => {
      current.current++
    },
    [],
  )
  const begin = async () => {
    const mine = ++current.current
    let totals = noTotals
    let cursor: string | undefined
    try {
      do {
        setRun({ kind: 'running', totals })
        const page = await session.call('compareControl', { path: { control }, query: { cursor } })
        if (current.current !== mine) return
        totals = withPage(totals, page)
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      setRun({ kind: 'done', totals })
    } catch (failure) {
      if (current.current === mine) setRun({ kind: 'failed', totals, failure })
    }
  }
  const stop = () => {
    current.current++
    setRun(before => (before.kind === 'running' ? { kind: 'stopped', totals: before.totals } : before))
  }
  return { run, begin: () => void begin(), stop }
}

function Comparison({ control }: { control: ComparedControl }) {
  const { t } = useConsoleTexts()
  const { run, begin, stop } = useComparison(control)
  const totals = run.kind === 'idle' ? undefined : run.totals
  return (
    <div className="ledger-comparison" data-comparison={run.kind}>
      <p className="ledger-comparison-begin">
        <button type="button" className="button button-small" disabled={run.kind === 'running'} onClick={begin}>
          {run.kind === 'running' ? t('ledger.comparing') : t('ledger.compare')}
        </button>{' '}
        {run.kind === 'running' && (
          <button type="button" className="button button-small" onClick={stop}>
            {t('ledger.stop')}
          </button>
        )}{' '}
        <span className="small">{t(`ledger.subledgers.${control}`)}</span>
      </p>
      <p role="status" className="small">
        {totals !== undefined && totals.accountCount > 0 && (
          <>
            {t(`ledger.compared_${run.kind === 'done' ? 'all' : 'some'}`, { count: totals.accountCount })}{' '}
            <Moment at={totals.comparedAt} />
          </>
        )}
        {run.kind === 'stopped' && <> {t('ledger.stopped')}</>}
        {run.kind === 'done' && totals?.accountCount === 0 && t('ledger.nothingToCompare')}
      </p>
      {totals !== undefined && totals.currencies.length > 0 && <Result totals={totals} />}
      {run.kind === 'failed' && <Failure title={t('ledger.compareFailed')} failure={run.failure} onAgain={begin} />}
    </div>
  )
}

const tones: Record<ComparisonResult, string> = {
  equal: 'good',
  under_way: 'undecided',
  too_many: 'undecided',
  not_told: 'undecided',
  unequal: 'bad',
}
const marks: Record<ComparisonResult, string> = {
  equal: '✓',
  under_way: '…',
  too_many: '?',
  not_told: '?',
  unequal: '✕',
}

export function ResultTag({ result }: { result: ComparisonResult }) {
  const { t } = useConsoleTexts()
  return (
    <span className={`tag tag-${tones[result]}`} data-result={result}>
      <span aria-hidden="true">{marks[result]}</span> {t(`ledger.results.${result}`)}
    </span>
  )
}

function Result({ totals: { currencies, differing, differingCount } }: { totals: Totals }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const worst = [...new Set(currencies.map(({ result }) => result))].filter(result => result !== 'equal')
  return (
    <>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">{t('ledger.currency')}</th>
            <th scope="col" className="amount">
              {t('ledger.ledger')}
            </th>
            <th scope="col" className="amount">
              {t('ledger.subledger')}
            </th>
            <th scope="col" className="amount">
              {t('ledger.underWay')}
            </th>
            <th scope="col">{t('ledger.result')}</th>
          </tr>
        </thead>
        <tbody>
          {currencies.map(({ currency, ledger, subledger, underWay, events, result }) => (
            <tr key={currency}>
              <td data-label={t('ledger.currency')}>{currency}</td>
              <td data-label={t('ledger.ledger')} className="amount">
                {formatSum(String(ledger), currency, language)}
              </td>
              <td data-label={t('ledger.subledger')} className="amount">
                {subledger === null ? t('ledger.notAdded') : formatSum(String(subledger), currency, language)}
              </td>
              <td data-label={t('ledger.underWay')} className="amount">
                {formatSum(String(underWay), currency, language)} {events > 0 && t('ledger.events', { count: events })}
              </td>
              <td data-label={t('ledger.result')}>
                <ResultTag result={result} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {worst.map(result => (
        <p key={result} className="small">
          <strong>{t(`ledger.results.${result}`)}</strong>: {t(`ledger.resultsSay.${result as 'unequal'}`)}
        </p>
      ))}
      {differing.length > 0 && (
        <ul className="ledger-differing" aria-label={t('ledger.differing')}>
          {differing.map(({ account, currency, ledger, subledger, underWay, result }) => (
            <li key={`${account} ${currency}`}>
              <ResultTag result={result} />{' '}
              <Link to="/ledger/$account" params={{ account }} search={{ currency }}>
                <code>{account}</code>
              </Link>{' '}
              {subledger !== null && (
                <span className="amount">
                  {t('ledger.differsBy', {
                    amount: formatSum(String(BigInt(ledger) - BigInt(subledger)), currency, language),
                  })}
                </span>
              )}{' '}
              {underWay.since !== null && (
                <span className="small">
                  {t('ledger.underWaySince', { count: underWay.events })} <Moment at={underWay.since} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {differingCount > differing.length && (
        <p className="small">{t('ledger.moreDiffering', { count: differingCount - LISTED_MAX })}</p>
      )}
    </>
  )
}
