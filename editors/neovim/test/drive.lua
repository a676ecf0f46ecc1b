-- Drives the language server by Neovim's own client, as a person would:
--
--   ivs=PATH work=FOLDER nvim --headless -u NONE -l test/drive.lua     (before 0.9: -S)
--
-- `work` holds a package with `shop.ivs` (test/package), and may be written to. Prints one line for each step; the
-- exit code is 1 if one of them failed.

local ivs, work, plugin = vim.env.ivs, vim.env.work, vim.env.plugin
local PATIENCE = 30000 -- ms: how long a step may take on a busy machine

vim.opt.runtimepath:prepend(plugin)
vim.g.ivs_no_setup = true
vim.cmd("filetype plugin on")
vim.cmd("runtime! ftdetect/ivs.vim")
vim.o.swapfile = false

local failed = 0
local function step(name, good, found)
  if good then
    io.stdout:write("ok   " .. name .. "\n")
  else
    failed = failed + 1
    io.stdout:write("FAIL " .. name .. ": " .. vim.inspect(found) .. "\n")
  end
end

local function eventually(condition)
  return vim.wait(PATIENCE, condition, 20)
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") .. "\n"
end

--- The row (0-based) and column (bytes) behind a text of the buffer.
local function behind(part)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local _, stop = line:find(part, 1, true)
    if stop then
      return row - 1, stop
    end
  end
  error("no `" .. part .. "` in the buffer")
end

local function cursor(part, back)
  local row, column = behind(part)
  vim.api.nvim_win_set_cursor(0, { row + 1, column - (back or 0) })
end

local function clients()
  return (vim.lsp.get_clients or vim.lsp.get_active_clients)({ bufnr = 0 })
end

local function client()
  for _, c in pairs(clients()) do
    if c.name == "ivs" then
      return c
    end
  end
end

local function ask(method, extra)
  local encoding = client().offset_encoding
  local params = vim.lsp.util.make_position_params(0, encoding)
  if extra then
    params = vim.tbl_extend("force", params, extra)
  end
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, PATIENCE)
  for _, answer in pairs(answers or {}) do
    if answer.result ~= nil then
      return answer.result
    end
    problem = answer.error or answer.err or problem
  end
  return nil, problem
end

local function diagnostics()
  local found = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, (d.code or (d.user_data and d.user_data.lsp and d.user_data.lsp.code) or "?") .. "@" .. (d.lnum + 1))
  end
  table.sort(found)
  return found
end

local function run()
  require("ivs").setup({ cmd = { ivs, "lsp" } })
  vim.cmd("edit " .. vim.fn.fnameescape(work .. "/shop.ivs"))
  step("the file type is ivs", vim.bo.filetype == "ivs", vim.bo.filetype)
  step("the server is attached", eventually(function()
    local c = client()
    return c ~= nil and c.initialized ~= false and c.server_capabilities ~= nil
  end), clients())
  step("its root is the package", vim.loop.fs_realpath(client().config.root_dir) == vim.loop.fs_realpath(work), client().config.root_dir)

  -- edit: a mistake is seen, and goes away
  local clean = text()
  local row = behind("replicas = 3..100")
  vim.api.nvim_buf_set_lines(0, row, row + 1, false, { "    replicas = 100..3" })
  step("a mistake is shown while it is typed", eventually(function()
    return #vim.diagnostic.get(0) > 0
  end), diagnostics())
  vim.api.nvim_buf_set_lines(0, row, row + 1, false, { "    replicas = 3..100" })
  step("and is gone when it is mended", eventually(function()
    return #vim.diagnostic.get(0) == 0
  end) and text() == clean, diagnostics())

  -- complete
  row = behind("image =")
  vim.api.nvim_buf_set_lines(0, row + 1, row + 1, false, { "  annot" })
  vim.api.nvim_win_set_cursor(0, { row + 2, 7 })
  local answer, problem = ask("textDocument/completion")
  local labels = {}
  for _, item in ipairs(answer and (answer.items or answer) or {}) do
    table.insert(labels, item.label)
  end
  step("fields of a service are completed", vim.tbl_contains(labels, "annotations"), problem or vim.list_slice(labels, 1, 10))
  vim.api.nvim_buf_set_lines(0, row + 1, row + 2, false, {})

  -- hover, definition
  cursor("throughput", 2)
  local hover = ask("textDocument/hover")
  step("hover tells about a field", hover ~= nil and vim.inspect(hover.contents):find("throughput") ~= nil, hover)
  cursor("[scene-db", 1)
  local definition = ask("textDocument/definition")
  step("a reference leads to its declaration", definition ~= nil and next(definition) ~= nil, definition)

  -- rename
  cursor("service scene-db", 1)
  local edit, why = ask("textDocument/rename", { newName = "scene-store" })
  if edit then
    vim.lsp.util.apply_workspace_edit(edit, client().offset_encoding)
  end
  local renamed = text()
  step(
    "rename changes the declaration and what refers to it",
    renamed:find("service scene-store {", 1, true) and renamed:find("[scene-store", 1, true) and not renamed:find("service scene-db", 1, true),
    why or edit or renamed
  )
  step("nothing is wrong after it", eventually(function()
    return #vim.diagnostic.get(0) == 0
  end), diagnostics())

  -- format
  row = behind("throughput")
  local line = vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1]
  vim.api.nvim_buf_set_lines(0, row, row + 1, false, { "      throughput=10_000req/min" })
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ async = false, timeout_ms = PATIENCE })
  else
    vim.lsp.buf.formatting_sync(nil, PATIENCE)
  end
  step("formatting lays the file out", vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1] == line, vim.api.nvim_buf_get_lines(0, row, row + 1, false))

  -- quick fix
  row = behind("target cpu")
  line = vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1]
  vim.api.nvim_buf_set_lines(0, row, row + 1, false, { (line:gsub("70%%", "0.7")) })
  step("a mistake with a fix is shown", eventually(function()
    return #vim.diagnostic.get(0) > 0
  end), diagnostics())
  vim.api.nvim_win_set_cursor(0, { row + 1, (vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1]:find("0.7", 1, true)) - 1 })
  local raw = {}
  for _, d in ipairs(vim.diagnostic.get(0)) do
    local from, to = { line = d.lnum, character = d.col }, { line = d.end_lnum, character = d.end_col }
    table.insert(raw, { range = { start = from, ["end"] = to }, message = d.message, severity = d.severity })
  end
  local range = vim.lsp.util.make_range_params(0, client().offset_encoding)
  local actions, refused = ask("textDocument/codeAction", {
    range = range.range,
    context = { diagnostics = raw, only = { "quickfix" } },
  })
  local action = actions and actions[1]
  if action and not action.edit then
    action = (vim.lsp.buf_request_sync(0, "codeAction/resolve", action, PATIENCE) or {})[client().id].result
  end
  if action and action.edit then
    vim.lsp.util.apply_workspace_edit(action.edit, client().offset_encoding)
  end
  step("its quick fix mends it", vim.api.nvim_buf_get_lines(0, row, row + 1, false)[1] == line, actions or refused or diagnostics())
  step("and nothing is wrong", eventually(function()
    return #vim.diagnostic.get(0) == 0
  end), diagnostics())
end

local good, problem = xpcall(run, debug.traceback)
if not good then
  step("the run ends", false, problem)
end
io.stdout:write(failed == 0 and "neovim: all steps\n" or ("neovim: " .. failed .. " steps failed\n"))
io.stdout:flush()
vim.cmd(failed == 0 and "qall!" or "cquit 1")
