/** The console's keys, and the switch for those of one character. */
import { useStore } from '../../store.ts'
import { useConsoleParts, useConsoleTexts } from '../console-context.ts'
import { Modal } from '../view/modal.tsx'

const single = [
  ['j', 'next'],
  ['k', 'previous'],
  ['/', 'find'],
  ['?', 'help'],
] as const

const always = [
  ['Ctrl K, ⌘ K', 'search'],
  ['Enter', 'open'],
  ['Esc', 'close'],
] as const

export function HelpDialog({ close }: { close: () => void }) {
  const { t } = useConsoleTexts()
  const { singleKeys } = useConsoleParts()
  const areOn = useStore(singleKeys)
  return (
    <Modal title={t('shell.keys.title')} close={close}>
      <KeyList keys={always} />
      <KeyList keys={single} isOff={!areOn} />
      <label className="switch">
        <input type="checkbox" checked={areOn} onChange={event => singleKeys.update(() => event.target.checked)} />
        <span>{t('shell.keys.single')}</span>
      </label>
      <p className="small">{t('shell.keys.singleNote')}</p>
    </Modal>
  )
}

interface KeyListProps {
  keys: ReadonlyArray<readonly [string, 'next' | 'previous' | 'find' | 'help' | 'search' | 'open' | 'close']>
  isOff?: boolean
}

function KeyList({ keys, isOff = false }: KeyListProps) {
  const { t } = useConsoleTexts()
  return (
    <dl className="facts keys" data-off={isOff || undefined}>
      {keys.map(([key, action]) => (
        <div key={action}>
          <dt>{t(`shell.keys.actions.${action}`)}</dt>
          <dd>
            <kbd>{key}</kbd>
          </dd>
        </div>
      ))}
    </dl>
  )
}
