/**
 * The search of the whole console. The pages are those of the menu, read from it, so that neither can have one that the other lacks.
 * A combobox as WAI-ARIA describes it: the focus stays in the field, the arrows choose.
 */
import { useRouter } from '@tanstack/react-router'
import { type KeyboardEvent, useId, useState } from 'react'
import { useConsoleTexts } from '../console-context.ts'
import { Modal } from '../view/modal.tsx'
import { type Option, optionsFor, type Place, type Places, pastedPlace } from './options.ts'

const pagesOfMenu = (): Place[] =>
  [...document.querySelectorAll<HTMLAnchorElement>('.console-sections a')].map(({ textContent, pathname, search }) => ({
    name: textContent.trim(),
    href: pathname + search,
  }))

export function SearchDialog({ close }: { close: () => void }) {
  const { t } = useConsoleTexts()
  const router = useRouter()
  const [pages] = useState(pagesOfMenu)
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const places: Places = { base: router.basepath, pages, has: path => Object.hasOwn(router.routesByPath, path) }
  const options = optionsFor(text, places)

  const go = (dialog: HTMLDialogElement | null, href: string) => {
    dialog?.close()
    router.history.push(href)
  }
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && options.length > 0) setChosen((chosen + step + options.length) % options.length)
    if (event.key === 'Enter' && options[chosen]) go(event.currentTarget.closest('dialog'), options[chosen].href)
    if (step !== 0 || event.key === 'Enter') event.preventDefault()
  }
  return (
    <Modal title={t('shell.search.title')} close={close} className="search-modal">
      <input
        data-first
        role="combobox"
        aria-label={t('shell.search.label')}
        aria-expanded={options.length > 0}
        aria-controls={listId}
        aria-activedescendant={options[chosen] && `${listId}-${chosen}`}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        maxLength={300}
        placeholder={t('shell.search.placeholder')}
        value={text}
        onChange={event => {
          setText(event.target.value)
          setChosen(0)
        }}
        onPaste={event => {
          const place = text === '' ? pastedPlace(event.clipboardData.getData('text'), places) : undefined
          if (place === undefined) return
          event.preventDefault()
          go(event.currentTarget.closest('dialog'), place)
        }}
        onKeyDown={press}
      />
      <div role="listbox" id={listId} aria-label={t('shell.search.found')} className="search-options">
        {options.map((option, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field.
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which names the chosen option.
          <div
            key={`${option.kind} ${option.href}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={event => go(event.currentTarget.closest('dialog'), option.href)}
          >
            <OptionText option={option} />
          </div>
        ))}
      </div>
      <p role="status" className={options.length === 0 ? 'console-note' : 'visually-hidden'}>
        {options.length === 0 ? t('shell.search.none') : t('shell.search.count', { count: options.length })}
      </p>
    </Modal>
  )
}

function OptionText({ option }: { option: Option }) {
  const { t } = useConsoleTexts()
  if (option.kind === 'page')
    return (
      <>
        {option.name} <span className="small">{t('shell.search.page')}</span>
      </>
    )
  return (
    <>
      <code>{option.id}</code> <span className="small">{t(`shell.search.${option.kind}`)}</span>
    </>
  )
}
