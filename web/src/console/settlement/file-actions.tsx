/** What can be decided about a payout file and its payouts, while it was not sent. */
import { useState } from 'react'
import type { PayoutFileView, PayoutView } from '../../../../shared/contracts/settlement-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { WriteDialog } from '../view/write-dialog.tsx'
import { ActionBar, useWhyNot } from './action-bar.tsx'
import { useRefusalWords } from './refusal-words.ts'
import { FileTag, PayoutTag } from './tags.tsx'

export function FileActions({ file }: { file: PayoutFileView }) {
  const { t } = useConsoleTexts()
  const [open, setOpen] = useState<'approve' | 'cancel'>()
  const canApprove = file.state === 'PREPARED'
  const canCancel = canApprove || file.state === 'APPROVED'
  return (
    <>
      <ActionBar
        label={t('settlement.break.actions')}
        actions={[
          ...(canApprove
            ? [
                {
                  ...{ needs: 'approver' as const, label: t('settlement.file.approve'), isMain: true },
                  onClick: () => setOpen('approve'),
                },
              ]
            : []),
          ...(canCancel
            ? [
                {
                  ...{ needs: 'operator' as const, label: t('settlement.file.cancel') },
                  onClick: () => setOpen('cancel'),
                },
              ]
            : []),
        ]}
      />
      {open !== undefined && <FileDialog file={file} decision={open} onClose={() => setOpen(undefined)} />}
    </>
  )
}

interface FileDialogProps {
  file: PayoutFileView
  decision: 'approve' | 'cancel'
  onClose: () => void
}

function FileDialog({ file, decision, onClose }: FileDialogProps) {
  const { t } = useConsoleTexts()
  const refused = useRefusalWords()
  const language = useLanguage()
  // What was asked about stays on the screen, also when the file has changed since.
  const [asked] = useState(file)
  const content = { count: asked.payoutCount, total: formatMoney(asked.total, asked.currency, language) }
  return (
    <WriteDialog
      name={decision === 'approve' ? 'approvePayoutFile' : 'cancelPayoutFile'}
      title={t(`settlement.file.${decision}Title`)}
      confirm={t(`settlement.file.${decision}`)}
      callOf={fields => ({ path: { fileId: asked.fileId }, body: fields })}
      told={({ fileId, state }) => (
        <p>
          <code>{fileId}</code> <FileTag state={state} />
        </p>
      )}
      refused={refused}
      onClose={onClose}
    >
      <p>{t(`settlement.file.${decision}Text`, content)}</p>
    </WriteDialog>
  )
}

/** For a row: nothing where it cannot be canceled any more. */
export function CancelPayout({ payout }: { payout: PayoutView }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const refused = useRefusalWords()
  const whyNot = useWhyNot()('operator')
  const [isOpen, setOpen] = useState(false)
  const { payoutId, state, amount, currency } = payout
  if (state !== 'CREATED' && state !== 'APPROVED' && !isOpen) return null
  return (
    <>
      <button
        type="button"
        className="button button-small"
        disabled={whyNot !== undefined}
        title={whyNot}
        aria-label={`${t('settlement.payouts.cancel')} ${payoutId}`}
        onClick={() => setOpen(true)}
      >
        {t('settlement.payouts.cancel')}
      </button>
      {isOpen && (
        <WriteDialog
          name="cancelPayout"
          title={t('settlement.file.cancelPayoutTitle')}
          confirm={t('settlement.payouts.cancel')}
          callOf={fields => ({ path: { payoutId }, body: fields })}
          told={told => (
            <p>
              <code>{told.payoutId}</code> <PayoutTag state={told.state} />
            </p>
          )}
          refused={refused}
          onClose={() => setOpen(false)}
        >
          <p>
            {t('settlement.file.cancelPayoutText', {
              ...{ id: payoutId, amount: formatMoney(amount, currency, language) },
            })}
          </p>
        </WriteDialog>
      )}
    </>
  )
}
