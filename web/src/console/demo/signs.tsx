/** How the books bear it: the figures that an act of the panel moves, each leading to its list. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import type { Read } from '../view/use-operator-query.ts'
import { NearMoment } from './near-moment.tsx'

export function Signs({ read }: { read: Read<OverviewView> }) {
  const { t } = useConsoleTexts()
  return (
    <section aria-labelledby="signs-title" className="demo-section">
      <h2 id="signs-title">{t('demo.signs.title')}</h2>
      <Loaded read={read} loading={t('demo.signs.loading')} failed={t('demo.signs.failed')}>
        {overview => <Figures overview={overview} />}
      </Loaded>
      <p className="demo-all">
        <Link to="/invariants">{t('demo.signs.all')}</Link>
      </p>
    </section>
  )
}

type Tone = 'good' | 'undecided' | 'bad'

function Figures({ overview: { invariants, outbox, consumers, unknown, deadLetters } }: { overview: OverviewView }) {
  const { t } = useConsoleTexts()
  return (
    <dl className="facts">
      <Figure
        name={<Link to="/invariants">{t('demo.signs.invariants')}</Link>}
        count={invariants?.failed}
        above="bad"
        more={
          invariants && (
            <NearMoment
              at={invariants.checkedAt}
              text={time => t('demo.signs.checked', { rules: invariants.rules, time })}
            />
          )
        }
      />
      <Figure
        name={<Link to="/events">{t('demo.signs.unpublished')}</Link>}
        count={outbox?.waiting}
        above="undecided"
      />
      <Figure name={<Link to="/events">{t('demo.signs.lag')}</Link>} count={consumers?.lag} above="undecided" />
      <Figure name={t('demo.signs.unknown')} count={unknown?.operations} above="undecided" />
      <Figure name={<Link to="/events">{t('demo.signs.letters')}</Link>} count={deadLetters?.waiting} above="bad" />
    </dl>
  )
}

interface FigureProps {
  name: ReactNode
  /** Undefined: nobody knows it now. */
  count: number | undefined
  /** Of anything above 0. */
  above: Tone
  more?: ReactNode
}

function Figure({ name, count, above, more }: FigureProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const tone = count === undefined ? 'undecided' : count === 0 ? 'good' : above
  return (
    <div>
      <dt>
        {name} {more && <span className="small">{more}</span>}
      </dt>
      <dd>
        <span className={`tag amount tag-${tone}`}>{count?.toLocaleString(language) ?? t('demo.signs.missing')}</span>
      </dd>
    </div>
  )
}
