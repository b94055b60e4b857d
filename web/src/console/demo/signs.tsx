/** How the books bear it: the figures that an act of the panel moves, each leading to its list. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { type Tone, tonesOf } from '../overview/figures.ts'
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

/** Judged as on the overview: an event that is on its way is none that is late. */
function Figures({ overview }: { overview: OverviewView }) {
  const { t } = useConsoleTexts()
  const { invariants, outbox, consumers, unknown, deadLetters } = overview
  const tones = tonesOf(overview)
  return (
    <dl className="facts">
      <Figure
        name={<Link to="/invariants">{t('demo.signs.invariants')}</Link>}
        count={invariants?.failed}
        tone={tones.invariants}
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
        tone={tones.outbox}
        more={outbox && outbox.parked > 0 && t('overview.outbox.parked', { n: outbox.parked })}
      />
      <Figure
        name={<Link to="/events">{t('demo.signs.lag')}</Link>}
        count={consumers?.lag}
        tone={tones.consumers}
        more={consumers && consumers.standingStill > 0 && t('overview.consumers.still', { n: consumers.standingStill })}
      />
      <Figure
        name={
          <Link to="/" hash="unknown-title">
            {t('demo.signs.unknown')}
          </Link>
        }
        count={unknown?.operations}
        tone={tones.unknown}
      />
      <Figure
        name={<Link to="/events">{t('demo.signs.letters')}</Link>}
        count={deadLetters?.waiting}
        tone={tones.deadLetters}
      />
    </dl>
  )
}

interface FigureProps {
  name: ReactNode
  /** Undefined: nobody knows it now. */
  count: number | undefined
  tone: Tone | null
  more?: ReactNode
}

function Figure({ name, count, tone, more }: FigureProps) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  return (
    <div>
      <dt>
        {name} {more && <span className="small">{more}</span>}
      </dt>
      <dd>
        <span className={`tag amount tag-${tone ?? 'undecided'}`}>
          {count?.toLocaleString(language) ?? t('demo.signs.missing')}
        </span>
      </dd>
    </div>
  )
}
