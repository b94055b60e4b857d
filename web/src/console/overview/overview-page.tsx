/** What is stuck or wrong, in figures that lead to their lists. */
import { Link, useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import type { OverviewPart, OverviewView } from '../../../../shared/contracts/routes/get-overview.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { formatDuration } from '../view/durations.ts'
import { Loaded } from '../view/loaded.tsx'
import { Moment } from '../view/moment.tsx'
import { RoomLink } from '../view/room-link.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { AcquirerChart, PaymentsChart } from './charts.tsx'
import { isOldObservation, oldestEventMs, type Tone, tonesOf } from './figures.ts'
import { SlowestOperations, UnknownOperations } from './operations.tsx'
import { RoomFigures } from './room-figures.tsx'
import { useNumbers } from './use-numbers.ts'
import { type RoomReads, readTogether, useRoomReads } from './use-room-reads.ts'
import './overview.css'

export function OverviewPage() {
  const { t } = useConsoleTexts()
  const read = useOperatorQuery('getOverview', {})
  const rooms = useRoomReads()
  return (
    <section aria-labelledby="overview-title">
      <h1 id="overview-title">{t('overview.title')}</h1>
      <Loaded read={readTogether(read, rooms)} loading={t('overview.loading')} failed={t('overview.failed')}>
        {overview => <Overview overview={overview} rooms={rooms} />}
      </Loaded>
    </section>
  )
}

function Overview({ overview, rooms }: { overview: OverviewView; rooms: RoomReads }) {
  const { payments, acquirer, unknown } = overview
  useArrivingAtList()
  return (
    <>
      <Figures overview={overview} rooms={rooms} />
      <div className="charts">
        <Chart part="payments" overview={overview}>
          {payments && <PaymentsChart payments={payments} ahead={overview} />}
        </Chart>
        <Chart part="acquirer" overview={overview}>
          {acquirer && <AcquirerChart acquirer={acquirer} to={overview.asOf} />}
        </Chart>
      </div>
      {unknown && <UnknownOperations unknown={unknown} ahead={overview} />}
      {acquirer && <SlowestOperations acquirer={acquirer} />}
    </>
  )
}

/** Whoever comes from another page to one of the lists: it was not there yet when the address was opened. */
function useArrivingAtList() {
  const { hash } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the lists are there; the router does the rest.
  useEffect(() => {
    if (hash !== '') document.getElementById(hash)?.scrollIntoView()
  }, [])
}

function Figures({ overview, rooms }: { overview: OverviewView; rooms: RoomReads }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const text = useNumbers()
  const { invariants, outbox, consumers, deadLetters, unknown } = overview
  const tones = tonesOf(overview)
  const oldestMs = oldestEventMs(overview)
  return (
    <ul className="figures">
      <Figure part="invariants" overview={overview} tone={tones.invariants}>
        {invariants && (
          <>
            <p className="figure">
              <RoomLink to="/invariants">{t('overview.invariants.broken', { n: text(invariants.failed) })}</RoomLink>
            </p>
            <p className="small">
              {t('overview.invariants.rules', { n: text(invariants.rules) })} <Moment at={invariants.checkedAt} />
              <br />
              {invariants.passEndedAt === null ? (
                t('overview.invariants.noPass')
              ) : (
                <>
                  {t('overview.invariants.pass')} <Moment at={invariants.passEndedAt} />
                </>
              )}
            </p>
          </>
        )}
      </Figure>
      <Figure part="outbox" overview={overview} tone={tones.outbox}>
        {outbox && (
          <>
            <p className="figure">
              <RoomLink to="/events">
                {oldestMs === null ? t('overview.none') : formatDuration(oldestMs, language)}
              </RoomLink>
            </p>
            <p className="small">
              {t('overview.outbox.waiting', { n: text(outbox.waiting) })} ·{' '}
              {t('overview.outbox.parked', { n: text(outbox.parked) })}
            </p>
          </>
        )}
      </Figure>
      <Figure part="consumers" overview={overview} tone={tones.consumers}>
        {consumers && (
          <>
            <p className="figure">
              <RoomLink to="/events">{t('overview.consumers.records', { n: text(consumers.lag) })}</RoomLink>
            </p>
            <p className="small">
              {t('overview.consumers.still', { n: text(consumers.standingStill) })}
              <br />
              {t('overview.consumers.observed')} <Moment at={consumers.observedAt} />{' '}
              {isOldObservation(overview) && <span className="tag tag-undecided">{t('overview.consumers.old')}</span>}
            </p>
          </>
        )}
      </Figure>
      <Figure part="deadLetters" overview={overview} tone={tones.deadLetters}>
        {deadLetters && (
          <p className="figure">
            <RoomLink to="/events">{t('overview.deadLetters.waiting', { n: text(deadLetters.waiting) })}</RoomLink>
          </p>
        )}
      </Figure>
      <Figure part="unknown" overview={overview} tone={tones.unknown}>
        {unknown && (
          <p className="figure">
            <Link to="/" hash="unknown-title">
              {t('overview.unknown.operations', { n: text(unknown.operations) })}
            </Link>
          </p>
        )}
      </Figure>
      <RoomFigures rooms={rooms} ahead={overview} />
    </ul>
  )
}

interface PartProps {
  part: OverviewPart
  overview: OverviewView
  children: ReactNode
}

function Figure({ part, overview, tone, children }: PartProps & { tone: Tone | null }) {
  const { t } = useConsoleTexts()
  return (
    <li data-part={part} data-tone={tone ?? 'unknown'}>
      <h2>{t(`overview.parts.${part}`)}</h2>
      {children ?? <Missing part={part} overview={overview} />}
    </li>
  )
}

function Chart({ part, overview, children }: PartProps) {
  const { t } = useConsoleTexts()
  return (
    <section data-part={part} aria-labelledby={`${part}-title`}>
      <h2 id={`${part}-title`}>{t(`overview.parts.${part}`)}</h2>
      {children ?? <Missing part={part} overview={overview} />}
    </section>
  )
}

function Missing({ part, overview: { missing } }: Omit<PartProps, 'children'>) {
  const { t } = useConsoleTexts()
  const reason = missing.find(each => each.part === part)?.reason ?? 'unavailable'
  return (
    <>
      <p className="figure">—</p>
      <p className="small">{t(`overview.missing.${reason}`)}</p>
    </>
  )
}
