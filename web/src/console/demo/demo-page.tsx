/** The demo panel: what this sandbox is made of, and what can be done to it; beside it how payments and invariants bear it. */
import { useEffect, useId, useState } from 'react'
import { type DemoView, WHO_IS_UNKNOWN } from '../../../../shared/contracts/demo-panel.ts'
import { useConsoleTexts, useMay } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'
import { Loaded } from '../view/loaded.tsx'
import { type Read, useOperatorQuery } from '../view/use-operator-query.ts'
import { Clock } from './clock.tsx'
import { NearMoment } from './near-moment.tsx'
import { NewestPayments } from './newest-payments.tsx'
import { type PanelState, usePanel } from './panel.ts'
import { Parts } from './parts.tsx'
import { Records } from './records.tsx'
import { Signs } from './signs.tsx'
import { Tokens } from './tokens.tsx'
import { TrafficPart } from './traffic.tsx'
import type { ActFields } from './use-act.ts'
import { type Live, useLive } from './use-live.ts'
import './demo.css'

export function DemoPage() {
  const { t } = useConsoleTexts()
  const panel = usePanel()
  return (
    <section aria-labelledby="demo-title" className="demo">
      <h1 id="demo-title">{t('demo.title')}</h1>
      {panel.absent === undefined ? (
        <Panel panel={panel} />
      ) : (
        <div className="console-closed">
          <h2>{t('demo.absent.title')}</h2>
          <p>{t(`demo.absent.${panel.absent}`)}</p>
        </div>
      )}
    </section>
  )
}

/** A button that says at each look that it is reading would be all that moves. */
const calm = <Body,>(read: Read<Body>, { untilMs }: Live): Read<Body> =>
  untilMs === undefined ? read : { ...read, isLoading: false }

function Panel({ panel }: { panel: PanelState }) {
  const { t } = useConsoleTexts()
  const payments = useOperatorQuery('findPayments', { query: { limit: 6 } })
  const overview = useOperatorQuery('getOverview', {})
  const live = useLive([panel, payments, overview])
  const [reason, setReason] = useState('')
  const fields = { reason: reason.trim() || t('demo.reasonUsual'), acted: () => live.set(true) }
  useReadingAgainAfterFailure(panel, live)
  return (
    <>
      <p className="lead demo-lead">{t('demo.lead')}</p>
      <LiveSwitch live={live} />
      <div className="demo-columns">
        <div>
          {isWhoUnknown(panel.failure) && <UnknownWho />}
          <Loaded read={calm(panel, live)} loading={t('demo.loading')} failed={t('demo.failed')}>
            {view => <Controls view={view} reason={reason} onReason={setReason} fields={fields} />}
          </Loaded>
        </div>
        <div className="demo-beside">
          <Signs read={calm(overview, live)} />
          <NewestPayments read={calm(payments, live)} />
          {panel.body && <Records acts={panel.body.acts} />}
          <Tokens />
        </div>
      </div>
    </>
  )
}

const AGAIN_MS = 1_000

/** The server of this page may have been killed from here: while live, what failed is asked for again soon. */
function useReadingAgainAfterFailure({ failure, isLoading, refresh }: PanelState, { untilMs }: Live): void {
  const isDue = failure !== null && !isLoading && untilMs !== undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: `refresh` is another function each time.
  useEffect(() => {
    if (!isDue) return
    const timer = setTimeout(refresh, AGAIN_MS)
    return () => clearTimeout(timer)
  }, [isDue])
}

const isWhoUnknown = (failure: unknown): boolean =>
  failure instanceof CallFailure && failure.details.reason === WHO_IS_UNKNOWN

function UnknownWho() {
  const { t } = useConsoleTexts()
  return (
    <div className="console-undecided">
      <p>{t('demo.unknownWho')}</p>
      <code className="console-command">npm run service -- start mariadb</code>
    </div>
  )
}

function LiveSwitch({ live: { untilMs, set } }: { live: Live }) {
  const { t } = useConsoleTexts()
  const noteId = useId()
  return (
    <div className="demo-live">
      <label className="switch">
        <input
          type="checkbox"
          role="switch"
          aria-checked={untilMs !== undefined}
          checked={untilMs !== undefined}
          aria-describedby={noteId}
          onChange={event => set(event.target.checked)}
        />
        <span>{t('demo.live')}</span>
      </label>
      {untilMs !== undefined && (
        <span className="tag tag-good">
          <NearMoment at={new Date(untilMs).toISOString()} text={time => t('demo.liveUntil', { time })} />
        </span>
      )}
      <span className="small" id={noteId}>
        {t('demo.liveNote')}
      </span>
    </div>
  )
}

interface ControlsProps {
  view: DemoView
  reason: string
  onReason: (text: string) => void
  fields: ActFields
}

function Controls({ view, reason, onReason, fields }: ControlsProps) {
  const { t } = useConsoleTexts()
  const may = useMay('operator')
  return (
    <>
      {view.rememberedUntil !== null && (
        <p className="console-undecided" role="status">
          <NearMoment at={view.rememberedUntil} text={time => t('demo.remembered', { time })} />
        </p>
      )}
      {may ? <ReasonField text={reason} onText={onReason} /> : <p className="small">{t('demo.viewer')}</p>}
      <Parts view={view} may={may} fields={fields} />
      <TrafficPart traffic={view.traffic} may={may} fields={fields} />
      <Clock may={may} fields={fields} />
    </>
  )
}

/** As the API takes it. */
const REASON_LENGTH_MAX = 500

function ReasonField({ text, onText }: { text: string; onText: (text: string) => void }) {
  const { t } = useConsoleTexts()
  const id = useId()
  return (
    <div className="write-field demo-reason">
      <label htmlFor={id}>{t('demo.reason')}</label>
      <input
        id={id}
        type="text"
        value={text}
        maxLength={REASON_LENGTH_MAX}
        placeholder={t('demo.reasonUsual')}
        aria-describedby={`${id}-note`}
        onChange={event => onText(event.target.value)}
      />
      <p className="small" id={`${id}-note`}>
        {t('demo.reasonNote')}
      </p>
    </div>
  )
}
