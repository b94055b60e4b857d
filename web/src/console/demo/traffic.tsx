/** Traffic: how much, for how long, by which seed, and what it was answered. */
import { Link } from '@tanstack/react-router'
import { type FormEvent, useId } from 'react'
import {
  SEED_MAX,
  TRAFFIC_RATE_MAX,
  TRAFFIC_SECONDS_MAX,
  type Traffic,
  type TrafficAnswer,
  type TrafficFailure,
} from '../../../../shared/contracts/demo-panel.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { paymentsOfOrder } from '../payments/search.ts'
import { DataTable } from '../view/data-table.tsx'
import { Moment } from '../view/moment.tsx'
import { ActResult } from './act-result.tsx'
import { NearMoment } from './near-moment.tsx'
import { type ActFields, useAct } from './use-act.ts'

const RATE_USUAL = 5
const SECONDS_USUAL = 60

interface TrafficProps {
  traffic: Traffic | null
  may: boolean
  fields: ActFields
}

export function TrafficPart({ traffic, may, fields }: TrafficProps) {
  const { t } = useConsoleTexts()
  return (
    <section aria-labelledby="traffic-title" className="demo-section" data-traffic={traffic?.isOn ?? false}>
      <h2 id="traffic-title">{t('demo.traffic.title')}</h2>
      <p className="small">{t('demo.traffic.lead')}</p>
      {may && <TrafficForm isOn={traffic?.isOn ?? false} fields={fields} />}
      {traffic === null ? <p className="console-note">{t('demo.traffic.never')}</p> : <Told traffic={traffic} />}
    </section>
  )
}

function TrafficForm({ isOn, fields }: { isOn: boolean; fields: ActFields }) {
  const { t } = useConsoleTexts()
  const acting = useAct(fields)
  const isSending = acting.state.kind === 'sending'
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (isSending) return
    if (isOn) return acting.act('/traffic/stop')
    const wished = new FormData(event.currentTarget)
    const seed = String(wished.get('seed')).trim()
    acting.act('/traffic', {
      ratePerSecond: Number(wished.get('rate')),
      lengthSeconds: Number(wished.get('length')),
      ...(seed === '' ? {} : { seed: Number(seed) }),
    })
  }
  return (
    <>
      <form className="demo-form" onSubmit={submit}>
        <NumberField name="rate" label={t('demo.traffic.rate')} min={1} max={TRAFFIC_RATE_MAX} usual={RATE_USUAL} />
        <NumberField
          name="length"
          label={t('demo.traffic.length')}
          min={1}
          max={TRAFFIC_SECONDS_MAX}
          usual={SECONDS_USUAL}
        />
        <NumberField
          name="seed"
          label={t('demo.traffic.seed')}
          min={0}
          max={SEED_MAX}
          note={t('demo.traffic.seedNote')}
        />
        {/* One button, so that the focus stays when it begins and when it ends. */}
        <button type="submit" className="button button-small" aria-disabled={isSending}>
          {t(isOn ? 'demo.traffic.stop' : 'demo.traffic.begin')}
        </button>
      </form>
      <ActResult acting={acting} />
    </>
  )
}

interface NumberFieldProps {
  name: string
  label: string
  min: number
  max: number
  usual?: number
  note?: string
}

/** Without a usual value it may be left empty. */
function NumberField({ name, label, min, max, usual, note }: NumberFieldProps) {
  const id = useId()
  return (
    <div className="write-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type="number"
        step={1}
        {...{ min, max }}
        defaultValue={usual}
        required={usual !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      />
      {note !== undefined && (
        <p className="small" id={`${id}-note`}>
          {note}
        </p>
      )}
    </div>
  )
}

const toneOf = (answer: TrafficAnswer): 'good' | 'plain' | 'undecided' => {
  if (answer === 'unreachable' || answer >= 500) return 'undecided'
  return answer < 300 ? 'good' : 'plain'
}

function Told({ traffic }: { traffic: Traffic }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const { askedBy, seed, ratePerSecond, lengthSeconds, isOn, endsAt, begun, underWay, leftOut, answers } = traffic
  const counts = [
    [t('demo.traffic.begun'), begun],
    [t('demo.traffic.underWay'), underWay],
    ...(leftOut > 0 ? [[t('demo.traffic.leftOut'), leftOut] as const] : []),
  ] as const
  return (
    <>
      <p className="demo-summary">
        <span className={`tag ${isOn ? 'tag-good' : ''}`}>{t(isOn ? 'demo.traffic.on' : 'demo.traffic.off')}</span>{' '}
        {t('demo.traffic.summary', { operator: askedBy, seed, rate: ratePerSecond, length: lengthSeconds })}{' '}
        {isOn && (
          <span className="small">
            <NearMoment at={endsAt} text={time => t('demo.traffic.ends', { time })} />
          </span>
        )}{' '}
        <Link to="/payments" search={paymentsOfOrder(`demo-${seed}`)}>
          {t('demo.traffic.list')}
        </Link>
      </p>
      <dl className="facts demo-facts">
        {counts.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="amount">{count.toLocaleString(language)}</dd>
          </div>
        ))}
      </dl>
      {answers.length > 0 && (
        <dl className="demo-answers" aria-label={t('demo.traffic.answers')}>
          {answers.map(({ answer, count }) => (
            <div key={answer}>
              <dt>
                <span className={`tag tag-${toneOf(answer)}`}>
                  {answer === 'unreachable' ? t('demo.traffic.unreachable') : answer}
                </span>
              </dt>
              <dd className="amount">{count.toLocaleString(language)}</dd>
            </div>
          ))}
        </dl>
      )}
      <Failures traffic={traffic} />
    </>
  )
}

function Failures({ traffic: { failures } }: { traffic: Traffic }) {
  const { t } = useConsoleTexts()
  if (failures.length === 0) return null
  return (
    <>
      <h3 id="failures-title">{t('demo.traffic.failures')}</h3>
      <DataTable
        labelledBy="failures-title"
        rows={failures}
        keyOf={failure => `${failure.at} ${failures.indexOf(failure)}`}
        columns={[
          { name: 'at', title: t('demo.traffic.at'), cell: ({ at }) => <Moment at={at} /> },
          { name: 'step', title: t('demo.traffic.step'), cell: ({ step }) => t(`demo.traffic.steps.${step}`) },
          {
            name: 'answer',
            title: t('demo.traffic.answer'),
            cell: ({ answer }) => (
              <span className={`tag tag-${toneOf(answer)}`}>
                {answer === 'unreachable' ? t('demo.traffic.unreachable') : answer}
              </span>
            ),
          },
          { name: 'code', title: t('demo.traffic.code'), cell: ({ code }) => code ?? t('demo.parts.none') },
          { name: 'key', title: t('demo.traffic.key'), cell: failure => <FailureKey of={failure} /> },
        ]}
      />
    </>
  )
}

/** By its key the payment is found, also where the answer did not say which it was. */
function FailureKey({ of: { key, paymentId } }: { of: TrafficFailure }) {
  const id = <code>{key}</code>
  if (paymentId === null)
    return (
      <Link className="row-link" to="/lookup" search={{ id: key }}>
        {id}
      </Link>
    )
  return (
    <span className="demo-key">
      {id}
      <Link className="row-link" to="/payments/$paymentId" params={{ paymentId }}>
        <code>{paymentId}</code>
      </Link>
    </span>
  )
}
