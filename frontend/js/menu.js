// Menus are plain <details>: they open and close without script. This closes them as people expect a menu to close.
export function menu (root) {
  const close = (kept) => {
    for (const open of root.querySelectorAll('details[data-menu][open]')) {
      if (!open.contains(kept)) open.open = false
    }
  }
  root.addEventListener('click', (event) => close(event.target))
  root.addEventListener('focusin', (event) => close(event.target))
  root.addEventListener('keydown', (event) => {
    const open = event.key === 'Escape' && event.target.closest('details[data-menu][open]')
    if (!open) return
    open.open = false
    open.querySelector('summary').focus()
  })
}
