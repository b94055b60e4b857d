/** What an act came to, where it was asked for: said when it did not go well, or is not known. */
import { useConsoleTexts } from '../console-context.ts'
import { Failure } from '../view/failure.tsx'
import { conflictIn } from './panel.ts'
import type { Acting } from './use-act.ts'

export function ActResult({ acting: { state, sendAgain } }: { acting: Acting }) {
  const { t } = useConsoleTexts()
  return (
    <div role="status" className="demo-result">
      {state.kind === 'sending' && <span className="small">{t('demo.sending')}</span>}
      {state.kind === 'done' && <span className="visually-hidden">{t('write.done')}</span>}
      {state.kind === 'undecided' && (
        <div className="console-undecided">
          <p>{t('demo.undecided')}</p>
          <button type="button" className="button button-small" onClick={sendAgain}>
            {t('demo.sendAgain')}
          </button>
        </div>
      )}
      {state.kind === 'refused' && <Refused failure={state.failure} />}
    </div>
  )
}

function Refused({ failure }: { failure: Extract<Acting['state'], { kind: 'refused' }>['failure'] }) {
  const { t } = useConsoleTexts()
  const conflict = conflictIn(failure)
  const words = conflict === undefined ? undefined : t(`demo.conflicts.${conflict}`)
  return <Failure title={t('demo.refused')} failure={failure} words={words} />
}
