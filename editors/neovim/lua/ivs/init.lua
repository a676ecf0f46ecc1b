--- The language server of ivs in Neovim.
---
--- From 0.11 on it is a configuration `ivs` of `vim.lsp`, which `:checkhealth vim.lsp` shows; before, a client that is
--- started for each package.
local M = {}

local defaults = {
  --- The command that speaks the protocol.
  cmd = { "ivs", "lsp" },
  --- What the server is told: `environment`, `diagnostics`, `lenses`, `hints`; see docs/editors.md.
  settings = {},
  --- Called with the client and the buffer when the server is attached.
  on_attach = nil,
}

--- The folder of the package that a file belongs to: the nearest with `ivs.toml`, else the file's own.
function M.root(file)
  local folder = vim.fn.fnamemodify(file, ":p:h")
  local found = vim.fn.findfile("ivs.toml", vim.fn.fnameescape(folder) .. ";")
  if found == "" then
    return folder
  end
  return vim.fn.fnamemodify(found, ":p:h")
end

local function started(options, buffer)
  local config = {
    name = "ivs",
    cmd = options.cmd,
    root_dir = M.root(vim.api.nvim_buf_get_name(buffer)),
    settings = { ivs = options.settings },
    init_options = options.settings,
    on_attach = options.on_attach,
  }
  if vim.lsp.start then
    return vim.lsp.start(config, { bufnr = buffer })
  end
  -- Before 0.8: one client for each folder, kept by hand.
  M.clients = M.clients or {}
  local client = M.clients[config.root_dir]
  if client == nil or vim.lsp.get_client_by_id(client) == nil then
    client = vim.lsp.start_client(config)
    M.clients[config.root_dir] = client
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
  return client
end

--- Starts the server for every ivs source that is opened from now on, and for those that are open.
function M.setup(options)
  options = vim.tbl_deep_extend("force", defaults, options or {})
  if vim.lsp.config and vim.lsp.enable then
    vim.lsp.config("ivs", {
      cmd = options.cmd,
      filetypes = { "ivs" },
      root_dir = function(buffer, on_dir)
        on_dir(M.root(vim.api.nvim_buf_get_name(buffer)))
      end,
      settings = { ivs = options.settings },
      init_options = options.settings,
      on_attach = options.on_attach,
    })
    vim.lsp.enable("ivs")
    return
  end
  local group = vim.api.nvim_create_augroup("ivs", { clear = true })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "ivs",
    callback = function(event)
      started(options, event.buf)
    end,
  })
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == "ivs" then
      started(options, buffer)
    end
  end
end

return M
