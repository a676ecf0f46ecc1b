;;; ivs-mode.el --- Major mode for ivs, with its language server  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Colours, indentation, an index of declarations, and `ivs lsp' by Eglot:
;;
;;   (require 'ivs-mode)
;;   (add-hook 'ivs-mode-hook #'eglot-ensure)
;;
;; Eglot is part of Emacs 29; before, it is the package `eglot'.

;;; Code:

(require 'cl-lib)
(require 'project)

(defgroup ivs nil
  "Sources of ivs."
  :group 'languages
  :prefix "ivs-")

(defcustom ivs-server-command '("ivs" "lsp")
  "The command that speaks the Language Server Protocol."
  :type '(repeat string))

(defcustom ivs-indent-offset 2
  "Columns of one level."
  :type 'integer
  :safe #'integerp)

(defvar ivs-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    ;; `us-east-1' is one symbol of three words.
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?# "." table)
    (modify-syntax-entry ?$ "." table)
    (modify-syntax-entry ?% "." table)
    table)
  "Syntax of ivs.")

(defconst ivs--word "[A-Za-z_]\\(?:[A-Za-z0-9_]\\|-[A-Za-z0-9]\\)*")

(defconst ivs--items
  '("use" "kind" "struct" "enum" "dimension" "unit" "type" "fn" "let" "overlay" "check" "test" "expect" "assert"))

(defconst ivs--font-lock
  `((,(concat "^\\s-*\\(?:private\\s-+\\)?\\(" (regexp-opt ivs--items) "\\)\\s-+\\(" ivs--word "\\)?")
     (1 font-lock-keyword-face) (2 font-lock-type-face nil t))
    ("^\\s-*\\(private\\|template\\)\\_>" 1 font-lock-keyword-face)
    (,(concat "^\\(?:private\\s-+\\)?\\(?:template\\s-+\\)?\\(" ivs--word "\\(?:\\." ivs--word "\\)*\\)\\s-+\\("
              ivs--word "\\)\\s-*\\(?:{\\|\\[\\|from\\_>\\|for\\_>\\)")
     (1 font-lock-type-face) (2 font-lock-function-name-face))
    (,(concat "\\_<\\(?:from\\)\\s-+\\(" ivs--word "\\)") 1 font-lock-function-name-face)
    ;; A field: its name begins an entry.
    (,(concat "\\(?:^\\|[{,]\\)\\s-*\\(" ivs--word "\\)\\(?:\\s-+" ivs--word "\\)?\\s-*\\(?:=[^=>]\\|\\+=\\|{\\|\\??\\s-*:\\)")
     1 font-lock-variable-name-face)
    (,(regexp-opt '("if" "then" "else" "for" "in" "is" "and" "or" "not" "as" "matches" "where" "from" "by") 'symbols)
     . font-lock-keyword-face)
    (,(concat "^\\s-*" (regexp-opt '("when" "final" "remove" "require" "fix" "at") t) "\\_>\\s-+[^={:?]")
     1 font-lock-keyword-face)
    (,(regexp-opt '("true" "false" "none" "self" "inherited" "it") 'symbols) . font-lock-constant-face)
    (,(concat "@" ivs--word) . font-lock-preprocessor-face)
    ("[$€£]?\\_<[0-9][0-9_.]*\\(?:[eE][0-9]+\\)?\\(?:/?[%µA-Za-z][A-Za-z0-9_/%]*\\)?" . font-lock-constant-face))
  "What has which face; the server's semantic tokens know more.")

(defun ivs--propertize (start end)
  "Make the quotes of strings over lines and of raw strings one, from START to END."
  (goto-char start)
  (while (re-search-forward "\"\"\"\\|#\"\\|\"#" end t)
    (let* ((begin (match-beginning 0))
           (text (match-string 0))
           (state (save-excursion (syntax-ppss begin)))
           (inside (nth 3 state)))
      (unless (nth 4 state)
        (cond
         ((and (string= text "\"\"\"") (not (eq inside ?\")))
          ;; The outer quote is the fence; the other two are text.
          (let ((fence (if inside (+ begin 2) begin)))
            (put-text-property begin (+ begin 3) 'syntax-table (string-to-syntax "."))
            (put-text-property fence (1+ fence) 'syntax-table (string-to-syntax "|"))))
         ((and (string= text "#\"") (not inside))
          (put-text-property begin (1+ begin) 'syntax-table (string-to-syntax "|"))
          (put-text-property (1+ begin) (+ begin 2) 'syntax-table (string-to-syntax ".")))
         ((and (string= text "\"#") (eq inside t)
               (eq (char-after (nth 8 state)) ?#))
          (put-text-property begin (1+ begin) 'syntax-table (string-to-syntax "."))
          (put-text-property (1+ begin) (+ begin 2) 'syntax-table (string-to-syntax "|"))))))))

(defun ivs-indent-line ()
  "Indent the line by the brackets that are open before it."
  (interactive)
  (let* ((state (save-excursion (syntax-ppss (line-beginning-position))))
         (column
          (unless (nth 3 state)
            (save-excursion
              (back-to-indentation)
              (let ((depth (length (delete-dups
                                    ;; Brackets that are opened on one line count once.
                                    (mapcar #'line-number-at-pos (nth 9 state))))))
                (when (looking-at "[]})]")
                  (setq depth (1- depth)))
                (* ivs-indent-offset (max 0 depth)))))))
    (when column
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

(defconst ivs--imenu
  `((nil ,(concat "^\\(?:private\\s-+\\)?\\(?:template\\s-+\\)?" ivs--word "\\(?:\\." ivs--word "\\)*\\s-+\\(" ivs--word "\\)\\s-*\\(?:{\\|\\[\\|from\\_>\\|for\\_>\\)") 1)
    ("Kinds" ,(concat "^\\(?:private\\s-+\\)?\\(?:kind\\|struct\\|enum\\|type\\)\\s-+\\(" ivs--word "\\)") 1)
    ("Checks" ,(concat "^check\\s-+\\(" ivs--word "\\)") 1)
    ("Functions" ,(concat "^fn\\s-+\\(" ivs--word "\\)") 1)))

;;;###autoload
(define-derived-mode ivs-mode prog-mode "ivs"
  "Major mode for sources of ivs."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//[/!]?\\s-*\\|/\\*+\\s-*")
  (setq-local comment-end "")
  (setq-local font-lock-defaults '(ivs--font-lock))
  (setq-local syntax-propertize-function #'ivs--propertize)
  (setq-local indent-line-function #'ivs-indent-line)
  (setq-local imenu-generic-expression ivs--imenu)
  (setq-local electric-indent-chars (append "]})" electric-indent-chars))
  (setq-local indent-tabs-mode nil)
  (setq-local tab-width 2))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.ivs\\'" . ivs-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'ivs-mode (lambda (&rest _) ivs-server-command))))

(defvar project-vc-extra-root-markers)
(declare-function project-root "project" (project))

(defun ivs--project (folder)
  "The package around FOLDER as a project: the nearest folder with ivs.toml."
  (let ((root (locate-dominating-file folder "ivs.toml")))
    (and root (cons 'ivs root))))

(cl-defmethod project-root ((project (head ivs)))
  "The folder of PROJECT."
  (cdr project))

(add-hook 'ivs-mode-hook
          (lambda () (add-hook 'project-find-functions #'ivs--project -10 t)))

(provide 'ivs-mode)
;;; ivs-mode.el ends here
