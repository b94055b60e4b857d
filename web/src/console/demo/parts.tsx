/** The parts of the system, each with what can be done to it. */
import { useId, useState } from 'react'
import {
  type DemoAct,
  type DemoPart,
  type DemoPartState,
  type DemoView,
  PAUSE_SECONDS_DEFAULT,
  PAUSE_SECONDS_MAX,
} from '../../../../shared/contracts/demo-panel.ts'
import { useNowMs } from '../../times.ts'
import { useConsoleTexts } from '../console-context.ts'
import { type Column, DataTable } from '../view/data-table.tsx'
import { Modal } from '../view/modal.tsx'
import { ActResult } from './act-result.tsx'
import { NearMoment } from './near-moment.tsx'
import { upTimeOf } from './near-times.ts'
import { type ActFields, useAct } from './use-act.ts'

/** What is on its way is amber, and so is what somebody holds down: nothing has failed. */
const tones: Record<DemoPartState, 'good' | 'undecided' | 'plain'> = {
  ready: 'good',
  starting: 'undecided',
  paused: 'undecided',
  stopped: 'undecided',
  restarting: 'undecided',
  external: 'plain',
}

interface PartsProps {
  view: DemoView
  may: boolean
  fields: ActFields
}

export function Parts({ view: { parts }, may, fields }: PartsProps) {
  const { t } = useConsoleTexts()
  const [seconds, setSeconds] = useState(PAUSE_SECONDS_DEFAULT)
  const columns: Column<DemoPart>[] = [
    { name: 'name', title: t('demo.parts.name'), cell: ({ name }) => <strong>{t(`demo.parts.names.${name}`)}</strong> },
    { name: 'state', title: t('demo.parts.state'), cell: part => <State part={part} /> },
    { name: 'pid', title: t('demo.parts.pid'), isAmount: true, cell: ({ pid }) => pid ?? t('demo.parts.none') },
    { name: 'up', title: t('demo.parts.up'), isAmount: true, cell: part => <RunningFor part={part} /> },
    { name: 'restarts', title: t('demo.parts.restarts'), isAmount: true, cell: ({ restarts }) => restarts },
  ]
  const acts: Column<DemoPart> = {
    name: 'acts',
    title: t('demo.parts.acts'),
    cell: part => <Acts part={part} seconds={seconds} fields={fields} />,
  }
  return (
    <section aria-labelledby="parts-title" className="demo-section">
      <div className="demo-heading">
        <h2 id="parts-title">{t('demo.parts.title')}</h2>
        {may && <Seconds seconds={seconds} onSeconds={setSeconds} />}
      </div>
      <div className="demo-parts">
        <DataTable
          labelledBy="parts-title"
          columns={may ? [...columns, acts] : columns}
          rows={parts}
          keyOf={({ name }) => name}
        />
      </div>
    </section>
  )
}

function Seconds({ seconds, onSeconds }: { seconds: number; onSeconds: (seconds: number) => void }) {
  const { t } = useConsoleTexts()
  const id = useId()
  const set = (value: number) => {
    if (Number.isInteger(value) && value >= 1 && value <= PAUSE_SECONDS_MAX) onSeconds(value)
  }
  return (
    <div className="demo-seconds">
      <label htmlFor={id}>{t('demo.parts.seconds')}</label>
      <input
        id={id}
        type="number"
        min={1}
        max={PAUSE_SECONDS_MAX}
        defaultValue={seconds}
        aria-describedby={`${id}-note`}
        onChange={event => set(event.target.valueAsNumber)}
        // What is out of its bounds is not taken.
        onBlur={event => {
          event.target.value = String(seconds)
        }}
      />
      <span className="small" id={`${id}-note`}>
        {t('demo.parts.secondsNote')}
      </span>
    </div>
  )
}

function State({ part: { state, until, underWay, problem } }: { part: DemoPart }) {
  const { t } = useConsoleTexts()
  return (
    <div className="demo-state" data-state={state}>
      <span className={`tag tag-${tones[state]}`}>{t(`demo.parts.states.${state}`)}</span>
      {underWay !== null && (
        <span className="small">{t('demo.parts.underWay', { act: t(`demo.acts.${underWay}`) })}</span>
      )}
      {until !== null && (
        <span className="small">
          <NearMoment at={until} text={time => t('demo.parts.until', { time })} />
        </span>
      )}
      {problem !== null && <span className="small demo-problem">{t('demo.parts.problem', { problem })}</span>}
    </div>
  )
}

function RunningFor({ part: { startedAt, state } }: { part: DemoPart }) {
  const { t } = useConsoleTexts()
  const nowMs = useNowMs()
  if (startedAt === null || state === 'stopped') return t('demo.parts.none')
  return upTimeOf(Date.parse(startedAt), nowMs)
}

interface ActsProps {
  part: DemoPart
  seconds: number
  fields: ActFields
}

/** Acts that are explained before they are sent. */
type Explained = Extract<DemoAct, 'kill' | 'stop'>

/** Three places: what stands in one changes with the state, and the focus stays there. */
function Acts({ part, seconds, fields }: ActsProps) {
  const { t } = useConsoleTexts()
  const acting = useAct(fields)
  const [asked, setAsked] = useState<Explained>()
  const { name, state } = part
  if (state === 'external') return <span className="small">{t('demo.parts.external')}</span>
  const send = (act: DemoAct) => acting.act(`/parts/${name}/${act}`, act === 'pause' ? { seconds } : {})
  const begin = (act: DemoAct) => (act === 'kill' || act === 'stop' ? setAsked(act) : send(act))
  const isKillOnly = name === 'api' || name === 'web'
  const places: DemoAct[] = isKillOnly
    ? ['kill']
    : ['kill', state === 'paused' ? 'continue' : 'pause', state === 'stopped' ? 'start' : 'stop']
  return (
    <div className="demo-acts">
      <p className="demo-buttons">
        {places.map((act, place) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: the place stays, and what it offers changes.
            key={place}
            type="button"
            className="button button-small"
            data-act={act}
            aria-label={`${t(`demo.parts.names.${name}`)} ${t(`demo.acts.${act}`)}`}
            aria-disabled={!part.acts.includes(act) || acting.state.kind === 'sending'}
            onClick={() => part.acts.includes(act) && acting.state.kind !== 'sending' && begin(act)}
          >
            {t(`demo.acts.${act}`)}
          </button>
        ))}
        {isKillOnly && <span className="small">{t('demo.parts.killOnly')}</span>}
      </p>
      <ActResult acting={acting} />
      {asked !== undefined && (
        <Explanation name={name} act={asked} send={() => send(asked)} close={() => setAsked(undefined)} />
      )}
    </div>
  )
}

interface ExplanationProps {
  name: DemoPart['name']
  act: Explained
  send: () => void
  close: () => void
}

function Explanation({ name, act, send, close }: ExplanationProps) {
  const { t } = useConsoleTexts()
  const more = {
    kill: { api: t('demo.confirm.killApi'), web: t('demo.confirm.killWeb') },
    stop: { mariadb: t('demo.confirm.stopMariadb') },
  }[act] as Partial<Record<DemoPart['name'], string>>
  const part = t(`demo.parts.names.${name}`)
  return (
    <Modal title={t('demo.confirm.title', { part, act: t(`demo.acts.${act}`) })} close={close}>
      <p>{t(`demo.confirm.${act}`)}</p>
      {more[name] !== undefined && <p>{more[name]}</p>}
      <p className="write-buttons">
        <button
          type="button"
          className="button button-main"
          data-first
          onClick={event => {
            send()
            // It gives the focus back, too.
            event.currentTarget.closest('dialog')?.close()
          }}
        >
          {t(`demo.acts.${act}`)}
        </button>
      </p>
    </Modal>
  )
}
