/** What can be done, as buttons. What somebody may not do stays, cannot be pressed, and says who may. */
import { useId } from 'react'
import type { OperatorRole } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts, useMay } from '../console-context.ts'

export interface PossibleAction {
  needs: Exclude<OperatorRole, 'viewer'>
  label: string
  onClick: () => void
  isMain?: boolean
  /** Why not, although the role would do. */
  whyNot?: string
}

export function ActionBar({ label, actions }: { label: string; actions: readonly PossibleAction[] }) {
  const id = useId()
  const whyNot = useWhyNot()
  const judged = actions.map(action => ({ ...action, whyNot: whyNot(action.needs) ?? action.whyNot }))
  const reasons = [...new Set(judged.flatMap(({ whyNot }) => whyNot ?? []))]
  if (actions.length === 0) return null
  return (
    <section className="room-actions" aria-label={label}>
      {judged.map(({ label, onClick, isMain, whyNot }) => (
        <button
          key={label}
          type="button"
          className={isMain === true ? 'button button-small room-main' : 'button button-small'}
          disabled={whyNot !== undefined}
          aria-describedby={whyNot === undefined ? undefined : `${id}-${reasons.indexOf(whyNot)}`}
          onClick={onClick}
        >
          {label}
        </button>
      ))}
      {reasons.map((reason, index) => (
        <span key={reason} id={`${id}-${index}`} className="small" data-why-not>
          {reason}
        </span>
      ))}
    </section>
  )
}

/** Undefined where the role is enough. */
export function useWhyNot(): (needs: PossibleAction['needs']) => string | undefined {
  const { t } = useConsoleTexts()
  const may = { operator: useMay('operator'), approver: useMay('approver') }
  return needs => {
    if (may[needs]) return undefined
    return may.operator ? t('settlement.mayNot.operator') : t('settlement.mayNot.viewer', { role: t(`roles.${needs}`) })
  }
}
