// Lists the chosen files with their sizes, and marks those over the limit before a slow road carries them for nothing.
const MEGABYTE = 1024 * 1024

export function fileList (root) {
  for (const input of root.querySelectorAll('input[type="file"][data-file-list]')) {
    const list = root.createElement('ul')
    list.className = 'app-files'
    const status = root.createElement('div')
    status.setAttribute('role', 'status')
    status.append(list)
    input.after(status)
    const most = Number(input.dataset.fileMost || Infinity) * MEGABYTE
    const size = new Intl.NumberFormat(root.documentElement.lang || undefined, { maximumFractionDigits: 1 })
    input.addEventListener('change', () => {
      list.replaceChildren(...[...input.files].map((file) => {
        const item = root.createElement('li')
        const name = root.createElement('bdi')
        name.textContent = file.name
        item.append(name, ` (${size.format(Math.max(file.size / MEGABYTE, 0.1))} MB)`)
        if (file.size > most) {
          item.className = 'app-files__over'
          item.append(` ${input.dataset.fileTooBig}`)
        }
        return item
      }))
    })
  }
}
