// Keeps the filter panel open or shut as it was left, from page to page of this tab.
export function stickyFilter (root) {
  const panel = root.querySelector('details[data-filter]')
  if (!panel) return
  const key = `filter:${location.pathname}`
  try {
    const kept = sessionStorage.getItem(key)
    if (kept !== null) panel.open = kept === 'open'
    panel.addEventListener('toggle', () => sessionStorage.setItem(key, panel.open ? 'open' : 'shut'))
  } catch { /* storage is switched off: the panel opens as the server says */ }
}
