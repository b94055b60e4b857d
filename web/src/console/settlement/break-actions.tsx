/** What can be done with an open break: assign it, write a note, propose where its money goes, and decide about a proposal of somebody else. */
import { useState } from 'react'
import type { ExplainedBreakView } from '../../../../shared/contracts/break-views.ts'
import { useConsoleTexts, useSessionState } from '../console-context.ts'
import { WriteDialog } from '../view/write-dialog.tsx'
import { ActionBar, type PossibleAction } from './action-bar.tsx'
import { BreakTold } from './break-told.tsx'
import { proposalIn, useProposalText } from './proposals.ts'
import { ProposeDialog } from './propose-dialog.tsx'
import { useRefusalWords } from './refusal-words.ts'

type OpenDialog = 'assign' | 'note' | 'propose' | 'approve' | 'refuse'

export function BreakActions({ of }: { of: ExplainedBreakView }) {
  const { t } = useConsoleTexts()
  const [open, setOpen] = useState<{ dialog: OpenDialog; seen: ExplainedBreakView }>()
  const who = useSignedInName()
  const ask = (dialog: OpenDialog) => () => setOpen({ dialog, seen: of })
  const close = () => setOpen(undefined)
  const proposal = proposalIn(of)
  const note: PossibleAction = { needs: 'operator', label: t('settlement.break.note'), onClick: ask('note') }
  const actions: PossibleAction[] =
    of.closedAt !== null
      ? []
      : proposal === undefined
        ? [
            { needs: 'operator', label: t('settlement.break.propose'), onClick: ask('propose'), isMain: true },
            { needs: 'operator', label: t('settlement.break.assign'), onClick: ask('assign') },
            note,
          ]
        : [
            {
              ...{ needs: 'approver', label: t('settlement.break.approve'), onClick: ask('approve'), isMain: true },
              ...(proposal.actor === who ? { whyNot: t('settlement.mayNot.own') } : {}),
            },
            { needs: 'approver', label: t('settlement.break.refuse'), onClick: ask('refuse') },
            note,
          ]
  return (
    <>
      {of.closedAt !== null && <p className="small">{t('settlement.break.isClosed')}</p>}
      <ActionBar label={t('settlement.break.actions')} actions={actions} />
      {open?.dialog === 'assign' && <AssignDialog of={open.seen} who={who} onClose={close} />}
      {open?.dialog === 'note' && <NoteDialog of={open.seen} onClose={close} />}
      {open?.dialog === 'propose' && <ProposeDialog of={open.seen} onClose={close} />}
      {(open?.dialog === 'approve' || open?.dialog === 'refuse') && (
        <DecideDialog of={open.seen} decision={open.dialog} onClose={close} />
      )}
    </>
  )
}

function useSignedInName(): string {
  const state = useSessionState()
  return state.kind === 'open' ? state.view.name : ''
}

interface DialogProps {
  of: ExplainedBreakView
  onClose: () => void
}

function AssignDialog({ of, who, onClose }: DialogProps & { who: string }) {
  const { t } = useConsoleTexts()
  const refused = useRefusalWords()
  const [assignee, setAssignee] = useState(of.assignee ?? who)
  const isWrong = assignee.trim() === ''
  return (
    <WriteDialog
      name="assignBreak"
      title={t('settlement.break.assignTitle')}
      confirm={t('settlement.break.assign')}
      callOf={fields =>
        isWrong
          ? undefined
          : { path: { breakId: of.breakId }, body: { ...fields, version: of.version, assignee: assignee.trim() } }
      }
      told={told => <BreakTold of={told} />}
      refused={refused}
      onClose={onClose}
    >
      <div className="write-field">
        <label htmlFor="assignee">{t('settlement.break.assignText')}</label>
        <input
          id="assignee"
          value={assignee}
          maxLength={64}
          autoComplete="off"
          aria-invalid={isWrong}
          onChange={event => setAssignee(event.target.value)}
        />
      </div>
    </WriteDialog>
  )
}

/** What is typed as the reason is the note itself. */
function NoteDialog({ of: { breakId }, onClose }: DialogProps) {
  const { t } = useConsoleTexts()
  const refused = useRefusalWords()
  return (
    <WriteDialog
      name="noteBreak"
      title={t('settlement.break.noteTitle')}
      confirm={t('settlement.break.note')}
      callOf={fields => ({ path: { breakId }, body: fields })}
      told={told => <BreakTold of={told} />}
      refused={refused}
      reasonWords={{
        ...{ label: t('settlement.break.noteLabel'), note: t('settlement.break.noteText') },
        wanted: t('settlement.break.noteWanted'),
      }}
      onClose={onClose}
    />
  )
}

function DecideDialog({ of, decision, onClose }: DialogProps & { decision: 'approve' | 'refuse' }) {
  const { t } = useConsoleTexts()
  const refused = useRefusalWords()
  const textOf = useProposalText()
  const proposal = proposalIn(of)
  return (
    <WriteDialog
      name="decideBreak"
      title={t(`settlement.break.${decision}Title`)}
      confirm={t(`settlement.break.${decision}`)}
      callOf={fields => ({ path: { breakId: of.breakId }, body: { ...fields, version: of.version, decision } })}
      told={told => <BreakTold of={told} />}
      refused={refused}
      onClose={onClose}
    >
      {proposal !== undefined && (
        <p>{t(`settlement.break.${decision}Text`, { what: textOf(proposal, of.currency) })}</p>
      )}
    </WriteDialog>
  )
}
