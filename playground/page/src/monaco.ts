// The editor with all it can do, and the few languages that outputs are written in; no other.

import "monaco-editor/features/register.all";
import "monaco-editor/languages/definitions/hcl/register";
import "monaco-editor/languages/definitions/markdown/register";
import "monaco-editor/languages/definitions/sql/register";
import "monaco-editor/languages/definitions/xml/register";
import "monaco-editor/languages/definitions/yaml/register";

export * from "monaco-editor/editor/editor.api";
