/** Figures of settlement and reconciliation: open breaks, payout files that wait for an approver, and funds that are missing. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { CallFailure } from '../session/session.ts'
import { formatSum } from '../settlement/money.ts'
import { Moment } from '../view/moment.tsx'
import type { Read } from '../view/use-operator-query.ts'
import { type Ahead, useVirtualNote } from '../view/use-virtual-note.ts'
import {
  type BreaksFigure,
  breaksFigure,
  type FundsFigure,
  fundsFigure,
  type PayoutFilesFigure,
  payoutFilesFigure,
  type Room,
} from './rooms.ts'
import { useNumbers } from './use-numbers.ts'
import type { RoomReads } from './use-room-reads.ts'

export const RoomFigures = ({ rooms, ahead }: { rooms: RoomReads; ahead: Ahead }) => (
  <>
    <RoomFigure room="breaks" read={rooms.breaks} figureOf={breaksFigure}>
      {figure => <Breaks figure={figure} />}
    </RoomFigure>
    <RoomFigure room="payoutFiles" read={rooms.payoutFiles} figureOf={payoutFilesFigure}>
      {figure => <PayoutFiles figure={figure} ahead={ahead} />}
    </RoomFigure>
    <RoomFigure room="funds" read={rooms.funds} figureOf={fundsFigure}>
      {figure => <Funds figure={figure} ahead={ahead} />}
    </RoomFigure>
  </>
)

interface RoomFigureProps<Body, Figure> {
  room: Room
  read: Read<Body>
  figureOf: (body: Body) => Figure
  children: (figure: Figure) => ReactNode
}

/** A figure that could not be read anew is not shown as it was: the age above is that of the others. */
function RoomFigure<Body, Figure extends { tone: string }>(props: RoomFigureProps<Body, Figure>) {
  const { room, read, figureOf, children } = props
  const { t } = useConsoleTexts()
  const figure = read.failure === null && read.body !== undefined ? figureOf(read.body) : undefined
  return (
    <li data-part={room} data-tone={figure?.tone ?? 'unknown'}>
      <h2>{t(`overview.rooms.titles.${room}`)}</h2>
      {figure === undefined ? <Unread read={read} /> : children(figure)}
    </li>
  )
}

function Unread({ read: { failure, isLoading } }: { read: Read<unknown> }) {
  const { t } = useConsoleTexts()
  const requestId = failure instanceof CallFailure ? failure.requestId : undefined
  return (
    <>
      <p className="figure">—</p>
      {failure === null || isLoading ? (
        <p className="small">{t('overview.rooms.loading')}</p>
      ) : (
        <p className="small">
          {t('overview.rooms.failed')}
          {requestId !== undefined && (
            <>
              {' '}
              {t('requestId')} <code>{requestId}</code>
            </>
          )}
        </p>
      )}
    </>
  )
}

function Breaks({ figure: { open, old } }: { figure: BreaksFigure }) {
  const { t } = useConsoleTexts()
  const text = useNumbers()
  return (
    <>
      <p className="figure">
        <Link to="/reconciliation/breaks">
          {open === 0 ? t('overview.none') : t('overview.rooms.count', { n: text(open) })}
        </Link>
      </p>
      {open > 0 && <p className="small">{t('overview.rooms.old', { n: text(old) })}</p>}
    </>
  )
}

interface FigureProps<Figure> {
  figure: Figure
  ahead: Ahead
}

function PayoutFiles({ figure: { waiting, atLeast, oldest }, ahead }: FigureProps<PayoutFilesFigure>) {
  const { t } = useConsoleTexts()
  const text = useNumbers()
  const virtualNote = useVirtualNote(ahead)
  const counted = atLeast ? t('list.atLeast', { count: text(waiting) as unknown as number }) : text(waiting)
  return (
    <>
      <p className="figure">
        <Link to="/settlement/files" search={{ state: 'PREPARED' }}>
          {waiting === 0 ? t('overview.none') : t('overview.rooms.count', { n: counted })}
        </Link>
      </p>
      {oldest && (
        <p className="small">
          {t('overview.rooms.oldestFile')} <time dateTime={oldest.executeOn}>{oldest.executeOn}</time>
          <br />
          {t('overview.rooms.prepared')} <Moment at={oldest.preparedAt} /> {virtualNote}
        </p>
      )}
    </>
  )
}

function Funds({ figure: { day, missing, statementDay }, ahead }: FigureProps<FundsFigure>) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const virtualNote = useVirtualNote(ahead)
  const none = day === undefined ? t('overview.none') : t('overview.rooms.enough')
  return (
    <>
      <p className="figure">
        <Link to="/settlement/funds">
          {missing.length === 0
            ? none
            : missing.map(({ currency, missing: sum }) => formatSum(sum, currency, language)).join(' · ')}
        </Link>
      </p>
      {day !== undefined && (
        <p className="small">
          {t('overview.rooms.day', { day })} ·{' '}
          {statementDay === null
            ? t('overview.rooms.noStatement')
            : t('overview.rooms.statement', { day: statementDay })}{' '}
          {virtualNote}
        </p>
      )}
    </>
  )
}
