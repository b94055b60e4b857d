/** What an operator may do about a dead letter: each after a look at what it would do, with a reason. */
import { useState } from 'react'
import type { DeadLetterDetailView } from '../../../../shared/contracts/dead-letters.ts'
import { useConsoleTexts, useMay } from '../console-context.ts'
import { letterConflicts } from '../i18n/events-ko.ts'
import type { CallFailure } from '../session/session.ts'
import { WriteDialog } from '../view/write-dialog.tsx'
import { LetterState } from './letter-state.tsx'

type Action = 'redrive' | 'skip'

const routeOf = { redrive: 'redriveDeadLetter', skip: 'skipDeadLetter' } as const

export function LetterActions({ letter }: { letter: DeadLetterDetailView }) {
  const { t } = useConsoleTexts()
  const [open, setOpen] = useState<{ action: Action; letter: DeadLetterDetailView }>()
  if (!useMay('operator')) return <p className="small">{t('events.act.viewer')}</p>
  return (
    <p className="letter-actions">
      {letter.origin !== null && (
        <button
          type="button"
          className={letter.state === 'WAITING' ? 'button button-main' : 'button button-quiet'}
          onClick={() => setOpen({ action: 'redrive', letter })}
        >
          {letter.state === 'WAITING' ? t('events.act.redrive') : t('events.act.redriveAgain')}
        </button>
      )}
      {letter.state !== 'PUT_ASIDE' && (
        <button type="button" className="button button-quiet" onClick={() => setOpen({ action: 'skip', letter })}>
          {t('events.act.skip')}
        </button>
      )}
      {/* The letter as it was when the dialog opened: what is decided about must not change under it. */}
      {open && <ActionDialog {...open} onClose={() => setOpen(undefined)} />}
    </p>
  )
}

interface ActionDialogProps {
  action: Action
  letter: DeadLetterDetailView
  onClose: () => void
}

function ActionDialog({ action, letter, onClose }: ActionDialogProps) {
  const { t } = useConsoleTexts()
  const { partition, offset, state } = letter
  const id = `${partition}/${offset}`
  return (
    <WriteDialog
      // The two are asked for and answered alike.
      name={routeOf[action] as (typeof routeOf)['redrive']}
      title={t(`events.act.${action}Title`, { id })}
      confirm={t(`events.act.${action}`)}
      callOf={fields => ({
        path: { partition: String(partition), offset: String(offset) },
        body: { ...fields, state },
      })}
      told={done => <LetterState state={done.state} />}
      refused={failure => refusalOf(failure, t)}
      onClose={onClose}
    >
      <Preview action={action} letter={letter} />
    </WriteDialog>
  )
}

type Texts = ReturnType<typeof useConsoleTexts>['t']

function refusalOf({ code, details }: CallFailure, t: Texts): string | undefined {
  if (code !== 'DEAD_LETTER_CONFLICT') return undefined
  const reason = letterConflicts.find(each => each === details.reason)
  return reason && t(`events.act.conflicts.${reason}`, { error: details.error })
}

function Preview({ action, letter }: Omit<ActionDialogProps, 'onClose'>) {
  const { t } = useConsoleTexts()
  const { origin, key, headerCount, valueBytes, state } = letter
  if (action === 'skip') return <p>{t('events.act.skipNote')}</p>
  return (
    <>
      <p>{t('events.act.redriveNote')}</p>
      <dl className="facts letter-preview">
        <div>
          <dt>{t('events.act.to')}</dt>
          <dd>
            <code>{origin?.topic}</code> {t('events.act.partition', { partition: origin?.partition })}
          </dd>
        </div>
        <div>
          <dt>{t('events.act.what')}</dt>
          <dd>{t('events.act.sizes', { key: key?.byteCount ?? 0, value: valueBytes ?? 0, headers: headerCount })}</dd>
        </div>
      </dl>
      {state !== 'WAITING' && <p className="console-undecided">{t('events.act.again')}</p>}
    </>
  )
}
