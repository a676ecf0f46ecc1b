-- Starts the language server for ivs sources. `vim.g.ivs_no_setup = true` leaves that to `require("ivs").setup{…}`.
if vim.g.loaded_ivs or vim.g.ivs_no_setup then
  return
end
vim.g.loaded_ivs = true
require("ivs").setup()
