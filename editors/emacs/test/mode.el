;;; mode.el --- What the mode does without a server  -*- lexical-binding: t; -*-

;; emacs -q --no-site-file --batch -l ivs-mode.el -l test/mode.el -f ert-run-tests-batch-and-exit

(require 'ert)
(require 'ivs-mode)

(defconst ivs-test-root (expand-file-name "../../../" (file-name-directory (or load-file-name buffer-file-name))))

(defun ivs-test--sources ()
  (seq-remove (lambda (f) (or (string-match-p "/golden/" f) (file-directory-p f)))
              (append (directory-files-recursively (expand-file-name "examples" ivs-test-root) "\\.ivs\\'")
                      (directory-files-recursively (expand-file-name "stdlib" ivs-test-root) "\\.ivs\\'"))))

(ert-deftest sources-keep-their-layout ()
  "What `ivs fmt' lays out is indented as it is."
  (let ((lines 0) (other 0))
    (dolist (file (ivs-test--sources))
      (with-temp-buffer
        (insert-file-contents file)
        (ivs-mode)
        (syntax-propertize (point-max))
        (goto-char (point-min))
        (while (not (eobp))
          (unless (or (looking-at-p "\\s-*$") (nth 8 (syntax-ppss)))
            (let ((is (current-indentation)))
              (setq lines (1+ lines))
              (ivs-indent-line)
              (unless (= is (current-indentation)) (setq other (1+ other)))))
          (forward-line 1))))
    (should (> lines 10000))
    ;; A list or a condition that goes on over lines may be indented further by hand.
    (should (< other (/ lines 50)))))

(ert-deftest sources-end-outside-of-strings-and-brackets ()
  (dolist (file (ivs-test--sources))
    (with-temp-buffer
      (insert-file-contents file)
      (ivs-mode)
      (syntax-propertize (point-max))
      (let ((state (syntax-ppss (point-max))))
        (ert-info (file)
          (should (= (car state) 0))
          (should-not (nth 3 state)))))))

(ert-deftest faces-tell-heads-from-fields ()
  (with-temp-buffer
    (insert "service api {\n  image = \"a:1.0.0\" // why\n  when self.x {\n  }\n}\n")
    (ivs-mode)
    (font-lock-ensure)
    (let ((face (lambda (text)
                  (goto-char (point-min))
                  (search-forward text)
                  (get-text-property (match-beginning 0) 'face))))
      (should (eq (funcall face "service") 'font-lock-type-face))
      (should (eq (funcall face "api") 'font-lock-function-name-face))
      (should (eq (funcall face "image") 'font-lock-variable-name-face))
      (should (eq (funcall face "\"a:1") 'font-lock-string-face))
      (should (memq (funcall face "why") '(font-lock-comment-face)))
      (should (eq (funcall face "when") 'font-lock-keyword-face)))))

(ert-deftest names-are-one-symbol ()
  (with-temp-buffer
    (insert "x = us-east-1")
    (ivs-mode)
    (should (equal (thing-at-point 'symbol) "us-east-1"))))

;;; mode.el ends here
