;;; drive.el --- Drives the language server by Eglot, as a person would  -*- lexical-binding: t; -*-

;; ivs=PATH work=FOLDER emacs -q --no-site-file --batch -L emacs -l emacs/test/drive.el
;;
;; `work' holds a package with shop.ivs (test/package), and may be written to.  Before Emacs 29, Eglot is a package:
;; `package-initialize' finds that of the system.

(require 'package)
(unless (locate-library "eglot")
  (package-initialize))
(require 'eglot)
(require 'flymake)
(require 'ivs-mode)

(defvar drive-failed 0)
(defconst drive-patience 30 "Seconds that a step may take on a busy machine.")

(defun drive-step (name good &optional found)
  (unless good (setq drive-failed (1+ drive-failed)))
  (princ (if good (format "ok   %s\n" name) (format "FAIL %s: %S\n" name found))))

(defun drive-eventually (condition)
  (let ((end (+ (float-time) drive-patience)) result)
    (while (and (not (setq result (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    result))

(defun drive-diagnostics ()
  (mapcar (lambda (d) (list (line-number-at-pos (flymake-diagnostic-beg d)) (flymake-diagnostic-text d)))
          (flymake-diagnostics)))

(defun drive-sync ()
  "Tell the server what was typed; Eglot does so when Emacs is idle."
  (if (fboundp 'eglot--signal-textDocument/didChange)
      (eglot--signal-textDocument/didChange)
    (run-hooks 'eglot--document-changed-hook))
  (flymake-start))

(defun drive-wrong () (drive-eventually (lambda () (flymake-start) (flymake-diagnostics))))
(defun drive-right () (drive-eventually (lambda () (flymake-start) (null (flymake-diagnostics)))))

(defun drive-behind (text)
  (goto-char (point-min))
  (search-forward text))

(defun drive-replace (from to)
  (goto-char (point-min))
  (search-forward from)
  (replace-match to t t)
  (drive-sync))

(defun drive-text () (buffer-substring-no-properties (point-min) (point-max)))

(defun drive ()
  (setq ivs-server-command (list (getenv "ivs") "lsp")
        eglot-send-changes-idle-time 0
        eglot-sync-connect drive-patience
        eglot-connect-timeout drive-patience
        eglot-autoshutdown nil
        eglot-confirm-server-initiated-edits nil
        make-backup-files nil
        create-lockfiles nil)
  (when (boundp 'eglot-confirm-server-edits) (setq eglot-confirm-server-edits nil))
  (find-file (expand-file-name "shop.ivs" (getenv "work")))
  (drive-step "the mode is ivs" (eq major-mode 'ivs-mode) major-mode)
  (drive-step "the project is the package"
              (file-equal-p (project-root (project-current)) (getenv "work"))
              (project-current))
  (apply #'eglot--connect (eglot--guess-contact))
  (drive-step "the server is attached" (drive-eventually #'eglot-managed-p))

  (let ((clean (drive-text)))
    (drive-replace "3..100" "100..3")
    (drive-step "a mistake is shown while it is typed" (drive-wrong))
    (drive-replace "100..3" "3..100")
    (drive-step "and is gone when it is mended" (and (drive-right) (equal clean (drive-text))) (drive-diagnostics)))

  (drive-behind "image")
  (end-of-line)
  (insert "\n  annot")
  (drive-sync)
  (let* ((capf (eglot-completion-at-point))
         (found (all-completions "" (nth 2 capf) (plist-get (nthcdr 3 capf) :predicate))))
    (drive-step "fields of a service are completed"
                (seq-some (lambda (c) (string-match-p "annotations" c)) found)
                (seq-take found 10)))
  (delete-region (line-beginning-position) (line-end-position))
  (delete-char -1)
  (drive-sync)

  (drive-behind "[scene")
  (let ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
    (drive-step "a reference leads to its declaration" found found))

  (drive-behind "service scene")
  (eglot-rename "scene-store")
  (let ((renamed (drive-text)))
    (drive-step "rename changes the declaration and what refers to it"
                (and (string-match-p "service scene-store {" renamed)
                     (string-match-p "\\[scene-store\\]" renamed)
                     (not (string-match-p "scene-db {" renamed)))
                renamed))
  (drive-sync)
  (drive-step "nothing is wrong after it" (drive-right) (drive-diagnostics))

  (drive-replace "  throughput = 10_000req/min" "      throughput=10_000req/min")
  (eglot-format-buffer)
  (drive-step "formatting lays the file out" (string-match-p "^  throughput = 10_000req/min$" (drive-text)) (drive-text))

  (drive-replace "70%" "0.7")
  (drive-step "a mistake with a fix is shown" (drive-wrong))
  (drive-behind "0.7")
  (let* ((actions (append (eglot-code-actions (- (point) 3) (point) "quickfix") nil))
         (action (car actions)))
    (when action
      (unless (plist-get action :edit)
        (setq action (jsonrpc-request (eglot-current-server) :codeAction/resolve action)))
      (if (< (cdr (func-arity #'eglot--apply-workspace-edit)) 3)
          (eglot--apply-workspace-edit (plist-get action :edit))
        (eglot--apply-workspace-edit (plist-get action :edit) nil)))
    (drive-step "its quick fix mends it" (string-match-p "utilization = 70%" (drive-text)) actions))
  (drive-sync)
  (drive-step "and nothing is wrong" (drive-right) (drive-diagnostics))
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server)))

(condition-case problem
    (drive)
  (error (drive-step "the run ends" nil problem)))
(princ (if (= drive-failed 0) "emacs: all steps\n" (format "emacs: %d steps failed\n" drive-failed)))
(kill-emacs (if (= drive-failed 0) 0 1))

;;; drive.el ends here
